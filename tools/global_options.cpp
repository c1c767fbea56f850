#include "tools/global_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace dim::tool {

namespace {

constexpr const char* kDefaultSocket = "/run/dim/api.sock";
constexpr const char* kSocketVariable = "DIM_SOCKET";

bool works_on_definition(CommandKind kind) {
    switch (kind) {
        case CommandKind::shows:
        case CommandKind::changes:
        case CommandKind::works_on_files: return false;
        case CommandKind::reads_definition:
        case CommandKind::renders:
        case CommandKind::asks_hardware: return true;
    }
    return false;
}

bool asks_daemon(CommandKind kind) {
    return works_on_definition(kind) || kind == CommandKind::shows || kind == CommandKind::changes;
}

bool may_change(CommandKind kind) {
    return kind == CommandKind::changes || kind == CommandKind::asks_hardware;
}

std::unexpected<Failure> refuse(const std::string& message, std::string cure) {
    return wrong_usage(Error(ErrorCode::invalid_input, message).with_cure(std::move(cure)));
}

Outcome<> check_cluster(const CommandTable& table, const Command& command,
                        const GlobalOptions& options) {
    if (!options.cluster_file) return {};
    if (!works_on_definition(command.kind)) {
        std::string others;
        for (const Command& other : table.commands) {
            if (works_on_definition(other.kind))
                others += (others.empty() ? "" : ", ") + full_name(other);
        }
        return refuse("'dim " + full_name(command) + "' reads no cluster definition",
                      "leave --cluster out; it is for: " + others);
    }
    return check_no_daemon_named(options.socket.has_value(), "--cluster");
}

}  // namespace

void GlobalOptions::add_to(CLI::App& app) {
    app.add_option("--socket", socket,
                   std::string("the daemon's Unix socket; unless given that of the environment "
                               "variable ") +
                       kSocketVariable + ", or " + kDefaultSocket);
    app.add_option(
           "--on", on,
           "run it on these image servers: is02, 'is[2-4]', all ('dim server list'); several "
           "at once, each line behind a server's name")
        ->type_name("SERVERS");
    app.add_flag("--here", here, "run it on the image server here alone");
    app.add_option("--blades", blades)->group("");
    app.add_option("--cluster", cluster_file,
                   "work on this cluster definition, without the daemon");
    app.add_flag("--json", json, "print JSON for programs");
    app.add_flag("-y,--yes", yes, "do not ask before touching many blades");
}

void hide_refused_options(CLI::App& app, CommandKind kind) {
    const auto hide = [&app](const char* name) { app.get_option(name)->group(""); };
    if (!works_on_definition(kind)) hide("--cluster");
    if (kind == CommandKind::renders) hide("--json");
    if (!may_change(kind)) hide("--yes");
    if (!asks_daemon(kind)) hide("--socket");
    if (!asks_daemon(kind)) hide("--on");
    if (!asks_daemon(kind)) hide("--here");
}

Outcome<> check_global_options(const CommandTable& table, const Command& command,
                               const GlobalOptions& options) {
    DIM_CHECK(check_cluster(table, command, options));
    if ((options.on || options.here) && (options.cluster_file || !asks_daemon(command.kind)))
        return refuse("'dim " + full_name(command) + "' asks no daemon here",
                      "leave --on and --here out");
    if (options.on && options.here)
        return contradiction("--on and --here", "both say which image servers");
    if (options.json && command.kind == CommandKind::renders) {
        return refuse("what 'dim " + full_name(command) +
                          "' prints is for another program, not JSON of DIM",
                      "leave --json out");
    }
    if (options.yes && !may_change(command.kind)) {
        return refuse("'dim " + full_name(command) + "' changes nothing, so it never asks",
                      "leave --yes out");
    }
    return {};
}

Outcome<> check_no_daemon_named(bool names_daemon, const std::string& why) {
    if (!names_daemon) return {};
    return refuse("with " + why + " no daemon is asked, so --socket means nothing",
                  "leave one of the two out");
}

std::string socket_path(const GlobalOptions& options) {
    if (options.socket) return *options.socket;
    const char* const variable = std::getenv(kSocketVariable);
    return variable != nullptr && *variable != '\0' ? variable : kDefaultSocket;
}

}  // namespace dim::tool
