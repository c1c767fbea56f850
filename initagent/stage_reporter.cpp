#include "initagent/stage_reporter.hpp"

#include "initagent/kernel_messages.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/kernel_log.hpp"

#include <chrono>

namespace dim::agent {

namespace {
constexpr std::chrono::seconds kSendTimeout{2};
constexpr std::size_t kKernelLogBytes = 8 * 1024;
}  // namespace

std::uint64_t now_us() { return static_cast<std::uint64_t>(sys::boottime_us()); }

void StageReporter::begin(model::BootStage stage) {
    stage_ = stage;
    tried_.clear();
    stages_.push_back({stage, now_us()});
    log(LogLevel::debug, "stage " + std::string(to_string(stage)));
    if (session_ == nullptr || !session_->is_open()) return;
    const api::StageReport report{.token = token_, .stages = {stages_.back()}, .now_us = now_us()};
    const auto sent =
        session_->send(target_, api::to_json(report), sys::Deadline::in(kSendTimeout));
    if (!sent) log(LogLevel::debug, "stage not reported: " + to_string(sent.error()));
}

void StageReporter::report_to(ServerSession& session, const std::string& boot_id,
                              const std::string& token) {
    session_ = &session;
    target_ = "/v1/agent/boots/" + boot_id + "/stages";
    token_ = token;
}

api::BootFailure StageReporter::failure(const Error& error) const {
    api::BootFailure failure{
        .stage = stage_,
        .cause = printable(to_string(error), api::limits::kTextBytes),
        .tried = printable(tried_, api::limits::kTextBytes),
        .system_errno = std::nullopt,
        .attempt = attempt_,
        .at_us = now_us(),
        .kernel_messages = {},
    };
    if (error.system_errno() > 0)
        failure.system_errno = static_cast<std::uint32_t>(error.system_errno());
    if (const auto text = sys::kernel_log(kKernelLogBytes))
        failure.kernel_messages = last_kernel_messages(*text, api::limits::kKernelMessages);
    return failure;
}

}  // namespace dim::agent
