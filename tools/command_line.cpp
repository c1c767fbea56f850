#include "tools/command_line.hpp"

#include "libdim/base/text.hpp"
#include "tools/command_parser.hpp"
#include "tools/command_request.hpp"
#include "tools/help_text.hpp"
#include "tools/on_servers.hpp"
#include "tools/output/terminal_text.hpp"

#include <iostream>
#include <string_view>
#include <unistd.h>

namespace dim::tool {

namespace {

constexpr std::string_view kIndent = "     ";  // as wide as "dim: "

ExitCode report(const Failure& failure) {
    // It may be what another machine says.
    std::cerr << "dim: " << terminal_text(failure.cause.message()) << '\n';
    const std::string cure = terminal_text(failure.cause.cure());
    for (const std::string_view line : split(trim(cure), '\n'))
        if (!line.empty()) std::cerr << kIndent << line << '\n';
    return failure.exit_code;
}

void print_help(const CommandTable& table, const CommandRequest& request) {
    if (request.command != nullptr) {
        std::cout << help_of(*request.command);
    } else {
        std::cout << (request.noun != nullptr ? help_of_noun(table, *request.noun)
                                              : help_of_all(table));
    }
}

Outcome<> run_action(const Command& command, const Action& action, Context& context) {
    auto done = action(context);
    if (!done && done.error().exit_code == ExitCode::usage && done.error().cause.cure().empty()) {
        done.error().cause = std::move(done.error().cause)
                                 .with_cure("'dim help " + full_name(command) + "' tells more");
    }
    return done;
}

/// What SHARES say, on the servers that they are of. With one share it is as if it had been run
/// there.
Outcome<> run_shares(Context& context, const Command& command, const Action& action,
                     const std::vector<NamedServer>& shares,
                     const std::vector<std::string>& words) {
    if (shares.size() > 1) return run_on_each(context, command, shares, without_daemon(words));
    context.client = client_of(context, shares.front());
    context.splits = false;
    context.blades = shares.front().blades;
    return run_action(command, action, context);
}

Outcome<> run_command(const CommandTable& table, const Command& command,
                      const std::vector<std::string>& words) {
    DIM_TRY(const auto parsed, parse_command(table, command, words));
    const std::string socket = socket_path(parsed.options);
    Context context{.client = ApiClient(socket),
                    .cluster_file = parsed.options.cluster_file,
                    .names_daemon = parsed.options.socket.has_value(),
                    .json = parsed.options.json,
                    .assume_yes = parsed.options.yes,
                    .is_terminal = ::isatty(STDERR_FILENO) == 1 && ::isatty(STDIN_FILENO) == 1,
                    .words_behind = parsed.words_behind,
                    .socket = socket,
                    .splits = !parsed.options.on && !parsed.options.here,
                    .blades = parsed.options.blades};
    if (parsed.options.on) {
        DIM_TRY(const auto servers, servers_on(context, *parsed.options.on));
        if (servers.size() != 1)
            return run_on_each(context, command, servers, without_daemon(words));
        context.client = client_of(context, servers.front());
    }
    auto done = run_action(command, parsed.action, context);
    if (done || done.error().shares.empty()) return done;
    return run_shares(context, command, parsed.action, done.error().shares, words);
}

Outcome<> carry_out(const CommandTable& table, const std::vector<std::string>& words) {
    DIM_TRY(const auto request, find_command(table, words));
    switch (request.kind) {
        case CommandRequest::Kind::help: print_help(table, request); break;
        case CommandRequest::Kind::version: std::cout << DIM_VERSION << '\n'; break;
        case CommandRequest::Kind::run:
            DIM_CHECK(run_command(table, *request.command, request.words));
            break;
    }
    if (!std::cout.flush()) return fail(ErrorCode::io, "cannot write to standard output");
    return {};
}

}  // namespace

ExitCode run_command_line(const CommandTable& table, const std::vector<std::string>& words) {
    const auto done = carry_out(table, words);
    return done ? ExitCode::ok : report(done.error());
}

}  // namespace dim::tool
