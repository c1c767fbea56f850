#pragma once

#include "tools/command.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace dim::tool {

/// The options that may stand anywhere in a command line.
struct GlobalOptions {
    std::optional<std::string> socket;
    std::optional<std::string> cluster_file;
    std::optional<std::string> on;  ///< a range of image servers; see servers_on()
    bool here = false;
    /// What the words of the command name, found by another `dim`; see Context::blades.
    std::optional<std::string> blades;
    bool json = false;
    bool yes = false;

    void add_to(CLI::App& app);
};

/// Leaves out of the --help of a command of KIND what it refuses.
void hide_refused_options(CLI::App& app, CommandKind kind);

/// Failures: usage for one that would change nothing about COMMAND, with the cause.
Outcome<> check_global_options(const CommandTable& table, const Command& command,
                               const GlobalOptions& options);

/// Failures: usage for --socket with a command line on which no daemon is asked, because of WHY
/// ("--cluster").
Outcome<> check_no_daemon_named(bool names_daemon, const std::string& why);

/// The socket to ask at: of --socket, of the environment variable DIM_SOCKET, or the usual one.
std::string socket_path(const GlobalOptions& options);

}  // namespace dim::tool
