#include "imageserver/peer/member_answers.hpp"

#include "imageserver/peer/member_request.hpp"

#include <algorithm>
#include <chrono>

namespace dim::server {

namespace {

constexpr std::chrono::seconds kAnswerTimeLimit{5};

}  // namespace

void MemberAnswers::keep(const Question& question, const std::string& text) {
    const std::lock_guard lock(mutex_);
    kept_.insert_or_assign(question, Kept{text, clock_.now().uptime_us});
    if (kept_.size() <= kMostAnswers) return;
    kept_.erase(std::ranges::min_element(kept_, {},
                                         [](const auto& each) { return each.second.uptime_us; }));
}

api::MemberAnswer MemberAnswers::last_answer(const Question& question, const Error& problem) {
    api::MemberAnswer answer{.server = question.first, .problem = api::to_problem(problem)};
    const std::lock_guard lock(mutex_);
    const auto kept = kept_.find(question);
    if (kept == kept_.end()) return answer;
    const std::int64_t age_us = clock_.now().uptime_us - kept->second.uptime_us;
    answer.answer = kept->second.text;
    answer.age_seconds = static_cast<std::uint32_t>(age_us / 1'000'000);
    return answer;
}

Result<api::MemberAnswer> MemberAnswers::ask(const model::ComponentName& server,
                                             const std::string& target) {
    auto response = ask_member(membership_, server, {.target = target, .most_bytes = kMostBytes},
                               sys::Deadline::in(kAnswerTimeLimit));
    const Question question{server, target};
    if (!response && response.error().code() == ErrorCode::not_found) {
        const std::lock_guard lock(mutex_);
        kept_.erase(question);
        return fail(std::move(response).error());
    }
    auto text = response ? accepted(*std::move(response))
                         : Result<std::string>(fail(std::move(response).error()));
    if (!text) return last_answer(question, text.error());
    keep(question, *text);
    return api::MemberAnswer{.server = server, .answer = *std::move(text)};
}

}  // namespace dim::server
