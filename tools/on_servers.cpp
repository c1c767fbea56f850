#include "tools/on_servers.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/cluster/names/component_range.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/process.hpp"
#include "tools/cluster_source.hpp"
#include "tools/confirm.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"
#include "tools/server_selection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>
#include <list>
#include <nlohmann/json.hpp>

namespace dim::tool {

using model::ComponentName;

namespace {

constexpr const char* kAllServers = "all";
constexpr const char* kThisProgram = "/proc/self/exe";
constexpr std::size_t kAtOnce = 16;
constexpr std::size_t kLongestLine = api::limits::kReplyBytes;
constexpr std::chrono::seconds kEndTimeout{10};  // a process whose output has ended

/// One end of a pipe that a `dim` writes lines to.
class Lines {
public:
    explicit Lines(sys::Fd pipe_end) : pipe_end_(std::move(pipe_end)) {}

    const sys::Fd& pipe_end() const { return pipe_end_; }
    bool has_ended() const { return !pipe_end_; }
    /// Hands over the lines that are there by now.
    template <class Receiver>
    Result<void> take(const Receiver& receiver) {
        if (has_ended()) return {};
        std::array<char, 16 * 1024> buffer;
        const auto count = sys::read(pipe_end_, buffer);
        if (!count && count.error().system_errno() == EAGAIN) return {};
        if (!count) return fail(count.error());
        text_.append(buffer.data(), *count);
        if (*count == 0) pipe_end_.reset();
        for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
            receiver(text_.substr(0, end));
            text_.erase(0, end + 1);
        }
        if (text_.empty() || (!has_ended() && text_.size() < kLongestLine)) return {};
        receiver(std::exchange(text_, {}));
        return {};
    }

private:
    sys::Fd pipe_end_;
    std::string text_;  ///< not yet a line
};

/// A `dim` at work for one server.
struct Running {
    ComponentName server;
    sys::Process process;
    Lines output;
    Lines errors;
};

Result<Running> start(const Context& here, const NamedServer& server,
                      const std::vector<std::string>& words) {
    std::vector<std::string> arguments{kThisProgram, "--socket", here.socket};
    if (server.is_here)
        arguments.emplace_back("--here");
    else
        arguments.insert(arguments.end(), {"--on", to_string(server.name)});
    if (!server.blades.empty()) arguments.insert(arguments.end(), {"--blades", server.blades});
    arguments.insert(arguments.end(), words.begin(), words.end());
    DIM_TRY(sys::Pipe output, sys::pipe());
    DIM_TRY(sys::Pipe errors, sys::pipe());
    DIM_CHECK(sys::set_nonblocking(output.read_end));
    DIM_CHECK(sys::set_nonblocking(errors.read_end));
    DIM_TRY(auto process, sys::spawn({.arguments = std::move(arguments),
                                      .standard_output = &output.write_end,
                                      .standard_error = &errors.write_end}));
    return Running{server.name, std::move(process), Lines(std::move(output.read_end)),
                   Lines(std::move(errors.read_end))};
}

/// Prints what they say until one has said all.
Result<void> follow(const Context& here, std::list<Running>& running) {
    std::vector<sys::PollItem> items;
    for (const Running& each : running)
        for (const Lines* lines : {&each.output, &each.errors})
            if (!lines->has_ended()) items.push_back({.fd = lines->pipe_end(), .is_to_read = true});
    if (!items.empty()) DIM_CHECK(sys::poll(items, sys::Deadline::never()));
    for (Running& each : running) {
        DIM_CHECK(each.output.take(
            [&](const std::string& line) { print_line_of(here, each.server, line); }));
        DIM_CHECK(each.errors.take([&](const std::string& line) {
            std::cerr << to_string(each.server) << ": " << line << '\n';
        }));
    }
    std::cout.flush();
    return {};
}

/// Takes out those that have ended; the servers where that was a failure.
Result<std::vector<ComponentName>> take_ended(std::list<Running>& running) {
    std::vector<ComponentName> failed;
    for (auto each = running.begin(); each != running.end();) {
        if (!each->output.has_ended() || !each->errors.has_ended()) {
            ++each;
            continue;
        }
        DIM_TRY(const auto status, each->process.wait(sys::Deadline::in(kEndTimeout)));
        if (!status.is_success()) failed.push_back(each->server);
        each = running.erase(each);
    }
    return failed;
}

Outcome<> confirm_servers(const Context& here, const Command& command,
                          std::span<const NamedServer> servers) {
    if (command.kind != CommandKind::changes) return {};
    std::string names;
    for (const NamedServer& server : servers)
        names += (names.empty() ? "" : ", ") + to_string(server.name);
    return confirm_deed(here, "run 'dim " + full_name(command) + "' on " + names);
}

}  // namespace

void print_line_of(const Context& here, const ComponentName& server, const std::string& line) {
    if (!here.json) {
        // Another machine says it: nothing of it moves the cursor here.
        std::cout << to_string(server) << ": " << terminal_text(line) << '\n';
        return;
    }
    auto parsed = nlohmann::ordered_json::parse(line, nullptr, false);
    if (parsed.is_discarded()) parsed = line;
    const nlohmann::ordered_json wrapped{{"server", to_string(server)},
                                         {"line", std::move(parsed)}};
    using Handler = nlohmann::ordered_json::error_handler_t;
    std::cout << wrapped.dump(-1, ' ', false, Handler::replace) << '\n';
}

Outcome<std::vector<NamedServer>> servers_on(const Context& here, const std::string& range) {
    if (range != kAllServers) DIM_CHECK(from_word("--on", cluster::ComponentRange::parse(range)));
    DIM_TRY(const auto list, here.client.get<api::ServerList>("/v1/servers"));
    std::vector<ComponentName> named;
    if (range != kAllServers) {
        DIM_TRY(const auto definition, load_cluster(here));
        DIM_TRY(named, select_servers(definition, range));
    }
    std::vector<NamedServer> servers;
    for (const api::ServerSummary& server : list.servers) {
        const bool is_named = std::ranges::find(named, server.name) != named.end();
        if (range != kAllServers && !is_named) continue;
        if (server.state == "here" || server.state == "member") {
            servers.push_back({server.name, server.state == "here"});
        } else if (is_named) {
            return fail(
                Error(ErrorCode::not_found, to_string(server.name) + " has not joined this server")
                    .with_cure("'dim server list' shows who has"));
        }
    }
    return servers;
}

ApiClient client_of(const Context& here, const NamedServer& server) {
    return server.is_here ? here.client : here.on(server.name);
}

std::vector<std::string> without_daemon(std::vector<std::string> words) {
    for (auto word = words.begin(); word != words.end() && *word != "--";) {
        const std::string name = word->substr(0, word->find('='));
        if (name != "--on" && name != "--socket") {
            ++word;
            continue;
        }
        const bool has_value_behind = name == *word && word + 1 != words.end();
        word = words.erase(word, word + (has_value_behind ? 2 : 1));
    }
    return words;
}

Outcome<> run_on_each(const Context& here, const Command& command,
                      std::span<const NamedServer> servers, const std::vector<std::string>& words) {
    DIM_CHECK(confirm_servers(here, command, servers));
    std::vector<std::string> all{command.noun};
    if (*command.verb != '\0') all.emplace_back(command.verb);
    // It was asked for here; they have nobody to ask.
    if (command.kind == CommandKind::changes && !here.assume_yes) all.emplace_back("--yes");
    all.insert(all.end(), words.begin(), words.end());
    std::list<Running> running;
    std::vector<ComponentName> failed;
    std::size_t begun = 0;
    while (begun < servers.size() || !running.empty()) {
        while (begun < servers.size() && running.size() < kAtOnce) {
            DIM_TRY(auto started, start(here, servers[begun++], all));
            running.push_back(std::move(started));
        }
        DIM_CHECK(follow(here, running));
        DIM_TRY(const auto more, take_ended(running));
        failed.insert(failed.end(), more.begin(), more.end());
    }
    if (failed.empty()) return {};
    return fail(Error(ErrorCode::conflict, "it failed on " + std::to_string(failed.size()) +
                                               " of " + count_text(servers.size(), "image server") +
                                               ", first on " + to_string(failed.front()))
                    .with_cure("each has said why"));
}

}  // namespace dim::tool
