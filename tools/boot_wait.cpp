#include "tools/boot_wait.hpp"

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/in_parallel.hpp"
#include "tools/global_options.hpp"
#include "tools/whole_cluster.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <span>
#include <utility>

namespace dim::tool {

namespace {

using model::BladeState;

constexpr std::size_t kWaitedServersAtOnce = 64;
constexpr std::chrono::seconds kAgain{1};

/// A blade that is waited for.
struct Waited {
    std::string blade;
    std::int64_t sent_us;  ///< its command, by the server's clock
    bool may_run_already = false;
    bool runs = false;
    std::string last = "is not known to its image server";  ///< what the server said
};

/// An image server and what of it is waited for.
struct AskedServer {
    ApiClient daemon;
    std::int64_t ahead_us;  ///< of its clock to sys::boottime_us(), or up to an answer's time more
    std::vector<Waited> blades = {};
};

std::string told_of(const api::BladeStatus& status) {
    std::string text = "is " + std::string(to_string(status.state));
    if (status.stage && status.state != BladeState::running)
        text += " (" + std::string(to_string(*status.stage)) + ")";
    return status.cause ? text + ": " + *status.cause : text;
}

void look(const api::ClusterStatus& status, AskedServer& server) {
    for (Waited& waited : server.blades) {
        const auto found = std::ranges::find_if(status.blades, [&](const auto& blade) {
            return to_string(blade.name) == waited.blade;
        });
        if (found == status.blades.end()) continue;
        const bool is_new = found->since && found->since->microseconds() >= waited.sent_us;
        waited.runs = found->state == BladeState::running && (is_new || waited.may_run_already);
        waited.last = told_of(*found);
        if (found->state == BladeState::running) waited.last += " in the boot of before";
    }
}

bool is_over(const AskedServer& server, const sys::Deadline& deadline) {
    return deadline.has_passed() || std::ranges::all_of(server.blades, &Waited::runs);
}

/// The daemon sends a line at each change, and at least every few seconds. One that is restarted
/// meanwhile is asked again.
void wait_at(AskedServer& server, const sys::Deadline& deadline) {
    while (!is_over(server, deadline)) {
        const auto take = [&](std::string_view line) -> Outcome<> {
            DIM_TRY(const auto status, api::parse<api::ClusterStatus>(line));
            look(status, server);
            if (!is_over(server, deadline)) return {};
            return fail(ErrorCode::conflict, "there is nothing more to wait for");
        };
        const auto followed = server.daemon.follow("/v1/status?watch=1", take, deadline);
        if (is_over(server, deadline)) return;
        for (Waited& waited : server.blades)
            if (!followed) waited.last = "is not told of: " + followed.error().cause.message();
        sys::sleep_for(kAgain);
    }
}

/// The image server here, or on a management node all of them.
Outcome<std::vector<ApiClient>> daemons_of(const Context& context) {
    DIM_TRY(const auto cluster, whole_cluster(context));
    std::vector<ApiClient> daemons;
    for (const NamedServer& server : cluster)
        daemons.push_back(server.is_here ? context.client : context.on(server.name));
    if (daemons.empty()) daemons.push_back(context.client);
    return daemons;
}

/// What a server said, and when it was asked, by sys::boottime_us().
struct FirstAnswer {
    api::ClusterStatus status;
    std::int64_t asked_us;
};

Outcome<FirstAnswer> first_answer(const ApiClient& daemon) {
    const std::int64_t asked_us = sys::boottime_us();
    DIM_TRY(auto status, daemon.get<api::ClusterStatus>("/v1/status"));
    return FirstAnswer{std::move(status), asked_us};
}

}  // namespace

struct BootWait::State {
    std::mutex mutex;
    std::vector<AskedServer> servers;
    std::map<std::string, std::size_t> server_of;  ///< blade: its place in SERVERS
};

BootWait::BootWait(std::unique_ptr<State> state) : state_(std::move(state)) {}
BootWait::BootWait(BootWait&&) noexcept = default;
BootWait& BootWait::operator=(BootWait&&) noexcept = default;
BootWait::~BootWait() = default;

Outcome<BootWait> BootWait::begin(const Context& context, const std::set<std::string>& blades) {
    if (context.cluster_file)
        return contradiction("--wait running and --cluster",
                             "it is the daemon that knows what runs");
    DIM_TRY(const auto daemons, daemons_of(context));
    const std::span<const ApiClient> asked(daemons);
    const auto answers = in_parallel(asked, kWaitedServersAtOnce, first_answer);
    auto state = std::make_unique<State>();
    const Failure* silent = nullptr;
    for (std::size_t i = 0; i < daemons.size(); ++i) {
        if (!answers[i]) {
            silent = silent == nullptr ? &answers[i].error() : silent;
            continue;
        }
        for (const api::BladeStatus& blade : answers[i]->status.blades)
            state->server_of[to_string(blade.name)] = state->servers.size();
        state->servers.push_back(
            {daemons[i], answers[i]->status.now.microseconds() - answers[i]->asked_us});
    }
    const auto is_known = [&](const std::string& blade) {
        return state->server_of.contains(blade);
    };
    if (silent != nullptr && !std::ranges::all_of(blades, is_known))
        return std::unexpected(*silent);
    return BootWait(std::move(state));
}

void BootWait::expect(const std::string& blade, const power::PowerSent& sent,
                      power::PowerAction action) {
    const std::scoped_lock lock(state_->mutex);
    const auto found = state_->server_of.find(blade);
    if (found == state_->server_of.end()) return;
    AskedServer& server = state_->servers[found->second];
    const bool was_on = action == power::PowerAction::on && sent.before == power::PowerState::on;
    server.blades.push_back(
        {.blade = blade, .sent_us = sent.sent_us + server.ahead_us, .may_run_already = was_on});
}

void BootWait::finish(std::vector<BladeResult>& results, const sys::Deadline& deadline) {
    const std::span<AskedServer> servers(state_->servers);
    static_cast<void>(in_parallel(servers, kWaitedServersAtOnce, [&](AskedServer& server) {
        wait_at(server, deadline);
        return true;
    }));
    std::map<std::string, Waited> told;
    for (const AskedServer& server : servers)
        for (const Waited& waited : server.blades)
            told.emplace(waited.blade, waited);
    for (BladeResult& result : results) {
        if (!result.answer) continue;
        const auto found = told.find(result.place.name);
        if (found != told.end() && found->second.runs) {
            result.answer->text += " → running";
            result.answer->values.emplace_back("state", "running");
            continue;
        }
        const std::string last =
            found == told.end() ? "is served by no image server that answers" : found->second.last;
        result.answer =
            fail(Error(ErrorCode::timed_out, result.answer->text + ", but it " + last)
                     .with_cure("'dim blade show " + result.place.name + "' tells how far it is"));
    }
}

}  // namespace dim::tool
