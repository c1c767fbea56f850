#pragma once

#include "libdim/api/problem.hpp"
#include "tools/job_progress.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dim::tool {

/// Asks what takes long to answer, and draws its progress. Each line of the answer is a LINE, with
/// the members of api::JobLine but MEMBER in place of "done"; returns that. BEFORE: what each line
/// of the progress begins with.
template <class Line, class Answer>
Outcome<Answer> follow_answer(const Context& context, const std::string& target, std::string body,
                              std::optional<Answer> Line::* member,
                              const std::string& before = "") {
    std::optional<Answer> answer;
    const JobProgress progress(context, before);
    const auto take_line = [&](std::string_view text) -> Outcome<> {
        DIM_TRY(auto line, api::parse<Line>(text));
        if (line.problem) return fail(to_error(*line.problem));
        if (line.*member) {
            answer = std::move(line.*member);
        } else {
            progress.draw({.progress = std::move(line.progress),
                           .step = line.step,
                           .steps = line.steps,
                           .done = {},
                           .problem = {}});
        }
        return {};
    };
    DIM_CHECK(context.client.follow(http::Method::post, target, std::move(body), take_line));
    if (answer) return *std::move(answer);
    return fail(Error(ErrorCode::unavailable, "the daemon ended before it had answered")
                    .with_cure("start the daemon and ask again"));
}

}  // namespace dim::tool
