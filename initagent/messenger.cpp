#include "initagent/messenger.hpp"

#include "initagent/backoff.hpp"
#include "initagent/stage_reporter.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/clock.hpp"

namespace dim::agent {

namespace {

constexpr std::chrono::seconds kAnswerTimeout{10};
constexpr std::chrono::seconds kLongestDelay{30};

/// Whether a server that refuses a report does so because it does not know the boot, or by another
/// token: its database came from a back-up.
bool is_forgotten(const Error& refusal) {
    return refusal.code() == ErrorCode::not_found || refusal.code() == ErrorCode::permission_denied;
}

}  // namespace

Messenger::Messenger(ServerSession& session, const MonitorSettings& settings,
                     const StartedInit& init)
    : session_(session),
      settings_(settings),
      init_(init),
      boot_id_(settings.boot_id),
      token_(settings.token),
      generation_(settings.generation) {}

std::string Messenger::deliver(const std::string& what,
                               const std::function<std::string(const std::string&)>& make,
                               std::chrono::seconds wait) {
    return repeat(what, make, wait, IfForgotten::enrols);
}

void Messenger::offer(const std::string& what,
                      const std::function<std::string(const std::string&)>& make) {
    (void)repeat(what, make, {}, IfForgotten::is_left);
}

std::string Messenger::repeat(const std::string& what,
                              const std::function<std::string(const std::string&)>& make,
                              std::chrono::seconds wait, IfForgotten if_forgotten) {
    Backoff backoff(kLongestDelay);
    for (bool is_first = true;; is_first = false) {
        Result<std::string> answer = attempt(what, make, wait);
        const bool is_refused = !answer && session_.is_open();
        if (is_refused && if_forgotten == IfForgotten::enrols && is_forgotten(answer.error()))
            answer = enrol();
        note(answer ? "" : what + ": " + to_string(answer.error()));
        if (answer) return *std::move(answer);
        if (session_.is_open()) return {};  // a refusal: the next message may be welcome
        // A connection that broke while nobody used it says nothing about the server.
        if (!is_first) sys::sleep_for(backoff.next(random_number()));
    }
}

Result<std::string> Messenger::attempt(const std::string& what,
                                       const std::function<std::string(const std::string&)>& make,
                                       std::chrono::seconds wait) {
    if (!session_.is_open()) {
        DIM_TRY(session_, settings_.connect());
    }
    return post("/v1/agent/boots/" + boot_id_ + '/' + what, make(token_), wait);
}

Result<std::string> Messenger::post(const std::string& target, std::string body,
                                    std::chrono::seconds wait) {
    return session_.exchange(target, std::move(body), sys::Deadline::in(kAnswerTimeout + wait));
}

/// The answer to what was not welcome before: nothing.
Result<std::string> Messenger::enrol() {
    const api::EnrolmentRequest request{.mac = settings_.mac,
                                        .image = settings_.image,
                                        .generation = generation_,
                                        .init = init_.program,
                                        .init_started_us = init_.at_us,
                                        .now_us = now_us()};
    DIM_TRY(const std::string answer, post("/v1/agent/enrolments", api::to_json(request)));
    DIM_TRY(api::Enrolment enrolment, api::parse<api::Enrolment>(answer));
    DIM_CHECK(check_boot_id(enrolment.boot_id));
    log(LogLevel::notice, "the image server did not know " + boot_id_ +
                              " any more, and knows it as " + enrolment.boot_id);
    boot_id_ = std::move(enrolment.boot_id);
    token_ = std::move(enrolment.token);
    return std::string();
}

/// Logs a trouble when it comes and when it goes, not at every heartbeat.
void Messenger::note(const std::string& trouble) {
    if (trouble.empty() && !trouble_.empty())
        log(LogLevel::notice, "the image server answers again");
    if (!trouble.empty() && trouble_.empty()) log(LogLevel::warning, trouble);
    trouble_ = trouble;
}

}  // namespace dim::agent
