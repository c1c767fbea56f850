#pragma once

#include "libdim/base/result.hpp"
#include "tools/api_client.hpp"
#include "tools/failure.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace dim::tool {

/// What every command gets: how to reach the daemon and how to talk with the person.
struct Context {
    ApiClient client;
    /// --cluster: the definition to work on, without a daemon; absent: the one the daemon has in
    /// force.
    std::optional<std::string> cluster_file = {};
    bool names_daemon = false;  ///< --socket: which daemon to ask
    bool json = false;          ///< --json: machine-readable answer on standard output
    bool assume_yes = false;    ///< --yes: do not ask
    bool is_terminal = false;   ///< standard error is a terminal: progress may be drawn
    /// The words behind "--", of a command that has a COMMAND there: not ours to understand.
    std::vector<std::string> words_behind = {};
    std::string socket = {};  ///< of the daemon here
    /// Whether blades of other image servers are theirs to do: nobody said which server to ask.
    bool splits = false;
    /// --blades, of a `dim` that runs for another one: what that has found its words to name.
    std::optional<std::string> blades = {};

    /// The daemon of SERVER, which has joined the one here.
    ApiClient on(model::ComponentName server) const { return {socket, std::move(server)}; }
};

using Action = std::function<Outcome<>(Context&)>;

/// What a command does; so, which of the options that all commands know it honours. It refuses the
/// others (check_global_options).
enum class CommandKind {
    shows,             ///< what the daemon knows: --json
    changes,           ///< has the daemon do something: --json, --yes
    reads_definition,  ///< of --cluster, or the one in force: --json, --cluster
    renders,           ///< the same, into the language of another program: --cluster
    works_on_files,    ///< that it is named, without a daemon: --json
    asks_hardware,     ///< a management module, of --cluster or the definition in force: --json,
                       ///< --cluster, --yes
};

/// One command: "image import" is a row of the command table and one file in tools/commands/.
struct Command {
    const char* noun;      ///< "image"
    const char* verb;      ///< "import"; empty when the noun alone is the command
    const char* summary;   ///< one line of --help
    const char* examples;  ///< shown at the end of its --help
    /// Adds the command's options to APP; returns what to do with them once they are parsed.
    Action (*add_options)(CLI::App& app);
    CommandKind kind = CommandKind::shows;
};

/// "image import".
std::string full_name(const Command& command);

/// What commands with a verb are about.
struct Noun {
    const char* name;
    const char* summary;
};

/// Every command of `dim`, in the order of its --help.
struct CommandTable {
    std::span<const Noun> nouns;
    std::span<const Command> commands;
};

}  // namespace dim::tool
