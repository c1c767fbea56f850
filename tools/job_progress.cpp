#include "tools/job_progress.hpp"

#include "tools/output/terminal_text.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <iostream>

namespace dim::tool {

namespace {

constexpr const char* kClearLine = "\r\x1b[K";

std::string progress_text(const api::JobLine& line) {
    std::string text = terminal_text(line.progress.value_or("working"));
    if (!line.step || !line.steps || *line.steps == 0) return text;
    return fmt::format("[{}/{}] {}", *line.step, *line.steps, text);
}

}  // namespace

JobProgress::JobProgress(const Context& context, std::string before)
    : draws_(context.is_terminal && !context.json), before_(std::move(before)) {}

JobProgress::~JobProgress() {
    if (draws_) std::cerr << kClearLine << std::flush;
}

void JobProgress::draw(const api::JobLine& line) const {
    // One piece: others may draw at the same time.
    if (draws_) std::cerr << kClearLine + before_ + progress_text(line) << std::flush;
}

Outcome<std::string> follow_job(const Context& context, http::Method method,
                                const std::string& target, std::string body,
                                const std::string& before) {
    const JobProgress progress(context, before);
    return context.client.run_job(method, target, std::move(body),
                                  [&](const api::JobLine& line) { progress.draw(line); });
}

Outcome<> run_job_with_progress(const Context& context, http::Method method,
                                const std::string& target, std::string body) {
    DIM_TRY(const std::string done, follow_job(context, method, target, std::move(body)));
    api::JobLine result;
    result.done = done;
    std::cout << (context.json ? to_json(result) : terminal_text(done)) << '\n';
    return {};
}

}  // namespace dim::tool
