#pragma once

#include "tools/command.hpp"

#include <string>

namespace dim::tool {

/// Draws how far a long request is, on the terminal (not elsewhere); takes it away at its end.
class JobProgress {
public:
    /// BEFORE: what every line begins with.
    explicit JobProgress(const Context& context, std::string before = "");
    ~JobProgress();
    JobProgress(const JobProgress&) = delete;
    JobProgress& operator=(const JobProgress&) = delete;

    void draw(const api::JobLine& line) const;

private:
    bool draws_;
    std::string before_;
};

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
