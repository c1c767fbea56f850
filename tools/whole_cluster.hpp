#pragma once

#include "tools/command.hpp"
#include "tools/named_server.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// On a management node, where nobody said which server to ask: the one here and its members.
/// Otherwise nobody.
Outcome<std::vector<NamedServer>> whole_cluster(const Context& context);

/// What people, or with --json programs, read of an ANSWER of a daemon.
using AnswerText = std::function<Outcome<std::string>(const std::string& answer)>;

/// Asks each of SERVERS at once for QUESTION ("status"), and prints TEXT of the answers, one server
/// after the other; of one that does not answer the last that the daemon here had, and its age.
/// Failures: those of the daemon here; unavailable when one did not answer.
Outcome<> print_answers(const Context& context, std::span<const NamedServer> servers,
                        const std::string& question, const AnswerText& text);

}  // namespace dim::tool
