#include "imageserver/api/status_resource.hpp"

#include "imageserver/api/lane_handler.hpp"
#include "imageserver/blade/blade_status.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <map>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kWatchInterval{250};
/// A watcher gets a line at least this often, for the ages in it.
constexpr int kIntervalsInSilence = 40;

template <class Value>
std::optional<Value> find(const std::map<model::ComponentName, Value>& values,
                          const model::ComponentName& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

std::string line_of(const Result<api::ClusterStatus>& status) {
    return (status ? api::to_json(*status) : api::to_json(api::to_problem(status.error()))) + '\n';
}

}  // namespace

Result<api::ClusterStatus> StatusResource::cluster_status() const {
    DIM_TRY(const auto boots, sources_.journal.newest_boots());
    DIM_TRY(const auto assigned, sources_.assignments.all());
    DIM_TRY(auto next, NextBootFiles::look(sources_.images, sources_.boot_files));
    const auto off = sources_.chassis.seen_off();
    const Moment now = sources_.clock.now();
    api::ClusterStatus status{.server = sources_.roster.server(),
                              .version = DIM_VERSION,
                              .now = now,
                              .since = sources_.journal.listening_since(),
                              .blades = {},
                              .services = sources_.services.statuses(),
                              .alerts = sources_.alerts.alerts(),
                              .disk = sources_.disk.status(),
                              .chassis = sources_.chassis.statuses(now)};
    for (const RosterEntry& entry : sources_.roster.entries()) {
        const auto image = find(assigned, entry.blade.name);
        DIM_TRY(auto boot_file, next.of(entry.blade.name, image));
        const BladeFacts facts{entry.blade,
                               entry.address,
                               image,
                               find(boots, entry.blade.name),
                               mac_source(entry),
                               find(off, entry.blade.name),
                               std::move(boot_file)};
        status.blades.push_back(blade_status(facts, now, sources_.journal.listening_since()));
    }
    return status;
}

/// What the next boot of BLADE loads; nothing when it has no image of IMAGE.
Result<std::optional<api::BootFile>>
StatusResource::next_boot_file(const model::ComponentName& blade,
                               const std::optional<model::ImageName>& image) const {
    const auto found =
        image ? sources_.images.blade_image(blade, *image) : fail(ErrorCode::not_found, "");
    if (!found) return std::optional<api::BootFile>();
    return sources_.boot_files.of_generation(*image, found->generation);
}

Result<api::BladeStory> StatusResource::blade_story(std::string_view text) const {
    DIM_TRY(const auto entry, sources_.roster.find_any_name(text));
    const model::ComponentName& name = entry.blade.name;
    DIM_TRY(auto boot, sources_.journal.newest_boot(name));
    DIM_TRY(auto assigned, sources_.assignments.image_of(name));
    DIM_TRY(auto events, sources_.journal.story(name));
    DIM_TRY(auto boot_file, next_boot_file(name, assigned));
    const BladeFacts facts{entry.blade,         entry.address,
                           std::move(assigned), std::move(boot),
                           mac_source(entry),   find(sources_.chassis.seen_off(), name),
                           std::move(boot_file)};
    return api::BladeStory{
        blade_status(facts, sources_.clock.now(), sources_.journal.listening_since()),
        std::move(events)};
}

struct StatusResource::Watch {
    std::optional<std::uint64_t> told;  ///< BootJournal::change_count
    std::vector<api::ServiceStatus> services;
    std::optional<model::Timestamp> last_alert;
    int silent_intervals = 0;
};

std::optional<std::string> StatusResource::news_for(Watch& watch) const {
    const std::uint64_t changes = sources_.journal.change_count();
    auto services = sources_.services.statuses();
    const auto last_alert = sources_.alerts.last_seen();
    if (watch.told == changes && watch.services == services && watch.last_alert == last_alert &&
        ++watch.silent_intervals <= kIntervalsInSilence) {
        return std::nullopt;
    }
    watch = {changes, std::move(services), last_alert, 0};
    return line_of(cluster_status());
}

http::Reply StatusResource::watch() const {
    http::Response head;
    head.content_type = "application/x-ndjson";
    auto watch = std::make_shared<Watch>();
    return {std::move(head),
            [this, watch]() -> asio::awaitable<std::optional<std::string>> {
                asio::steady_timer timer(co_await asio::this_coro::executor);
                const auto look = [this, watch] { return news_for(*watch); };
                for (;;) {
                    auto line = co_await run_on(lane_, look);
                    if (line) co_return line;
                    timer.expires_after(kWatchInterval);
                    const auto [error] =
                        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
                    if (error) co_return std::nullopt;
                }
            },
            http::Reply::Ends::never};
}

void StatusResource::add_routes(Router& router) {
    using enum Audience;
    const auto answer = [this] { return http::Reply(response_of(cluster_status())); };
    router.add({http::Method::get, "/v1/status", administrator},
               [this, answer](const RouteCall& call) -> asio::awaitable<http::Reply> {
                   if (call.query == "watch=1") co_return watch();
                   if (!call.query.empty()) {
                       co_return problem_response(
                           Error(ErrorCode::invalid_input, "the only query is watch=1"));
                   }
                   auto reply = co_await run_on(lane_, answer);
                   co_return reply;
               });
    router.add({http::Method::get, "/v1/blades/{name}", administrator},
               lane_handler(lane_, [this](const RouteCall& call) {
                   return response_of(blade_story(call.parameters.front()));
               }));
}

}  // namespace dim::server
