#pragma once

#include "tools/command.hpp"

#include <string>

namespace dim::tool {

/// Runs a long request and draws its progress on the terminal (not elsewhere), with BEFORE it. What
/// was achieved.
Outcome<std::string> follow_job(const Context& context, http::Method method,
                                const std::string& target, std::string body,
                                const std::string& before = "");

/// Runs a long request, draws its progress on the terminal (not elsewhere) and prints what was
/// achieved.
Outcome<> run_job_with_progress(const Context& context, http::Method method,
                                const std::string& target, std::string body);

}  // namespace dim::tool
