#pragma once

#include "libdim/base/result.hpp"
#include "tools/api_client.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace dim::tool {

/// What every command gets: how to reach the daemon and how to talk with the person.
struct Context {
    ApiClient client;
    /// --cluster: the definition to work on, without a daemon; absent: the one the daemon has in
    /// force.
    std::optional<std::string> cluster_file = {};
    bool json = false;         ///< --json: machine-readable answer on standard output
    bool assume_yes = false;   ///< --yes: do not ask
    bool is_terminal = false;  ///< standard error is a terminal: progress may be drawn
};

using Action = std::function<Result<void>(Context&)>;

/// What a command works on.
enum class Source {
    daemon,      ///< only the daemon can do it
    definition,  ///< a cluster definition: of --cluster, or the one in force
};

/// One command: "image create" is a row of the command table and one file in tools/commands/.
struct Command {
    const char* noun;      ///< "image"
    const char* verb;      ///< "create"; empty when the noun alone is the command
    const char* summary;   ///< one line of --help
    const char* examples;  ///< shown at the end of its --help
    /// Adds the command's options to APP; returns what to do with them once they are parsed.
    Action (*add_options)(CLI::App& app);
    Source source = Source::daemon;
};

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
