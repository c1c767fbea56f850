#pragma once

#include "tools/command.hpp"
#include "tools/named_server.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// What --on names: a range of image servers, or "all", the one here and those that have joined it.
/// Failures: usage for what is no range; what the daemon says; not_found for a server that has not
/// joined.
Outcome<std::vector<NamedServer>> servers_on(const Context& here, const std::string& range);

/// The daemon of SERVER.
ApiClient client_of(const Context& here, const NamedServer& server);

/// LINE behind the server's name; with --json, as an object with "server" and "line".
void print_line_of(const Context& here, const model::ComponentName& server,
                   const std::string& line);

/// WORDS without --on, --socket and their values, up to "--".
std::vector<std::string> without_daemon(std::vector<std::string> words);

/// Runs `dim` with WORDS for each of SERVERS, some at once, and prints their lines as they come,
/// each behind the server's name; with --json, as objects with "server" and "line". Asks before,
/// when COMMAND changes something. Failures: not_confirmed; failed when one of them fails.
Outcome<> run_on_each(const Context& here, const Command& command,
                      std::span<const NamedServer> servers, const std::vector<std::string>& words);

}  // namespace dim::tool
