#include "imageserver/service/supervised_service.hpp"

#include "imageserver/service/service_log.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/poll.hpp"

#include <chrono>
#include <utility>

namespace dim::server {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kCauseLines = 3;

std::optional<model::Timestamp> now() {
    const auto time = model::Timestamp::from_microseconds(sys::realtime_us());
    return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

SupervisedService::SupervisedService(const std::string& name, Settings settings)
    : settings_(std::move(settings)) {
    description_.name = name;
}

api::ServiceStatus SupervisedService::status() const {
    api::ServiceStatus status{.name = description_.name,
                              .is_running = child_.has_value(),
                              .pid = {},
                              .cause = cause_,
                              .since = since_};
    if (child_) status.pid = static_cast<std::uint32_t>(child_->process.pid());
    return status;
}

bool SupervisedService::runs_as(const ServiceDescription& description) const {
    return child_ && child_->record.arguments == description.arguments &&
           child_->record.confinement == confinement_text(description);
}

void SupervisedService::want(ServiceDescription description) {
    description_ = std::move(description);
    is_wanted_ = true;
    settings_.backoff.reset();
}

void SupervisedService::unwant() {
    is_wanted_ = false;
    restart_us_.reset();
    if (!child_) cause_ = "stopped";
}

void SupervisedService::begin(Child child, std::uint64_t log_start) {
    since_ = child.record.since;
    child_ = std::move(child);
    cause_.reset();
    log_start_ = log_start;
    restart_us_.reset();
    started_us_ = sys::monotonic_us();
}

Result<void> SupervisedService::spawn() {
    const std::uint64_t log_start = log_size(description_.log_file);
    started_us_ = sys::monotonic_us();
    Result<Child> child = start_child(description_, settings_.record_path);
    if (!child) {
        note_end(to_string(child.error()));
        return fail(std::move(child).error().with_context(description_.name));
    }
    begin(std::move(*child), log_start);
    return {};
}

Result<void> SupervisedService::adopt() {
    Result<std::optional<Child>> child = adopt_child(settings_.record_path);
    if (!child) {
        note_end(to_string(child.error()));
        return fail(std::move(child).error().with_context(description_.name));
    }
    if (!*child) return {};
    // What it said at its start may no longer be in its log.
    ChildRecord& record = (*child)->record;
    const std::chrono::microseconds age(sys::realtime_us() - record.since.microseconds());
    record.is_ready = record.is_ready || age > description_.ready_timeout;
    begin(std::move(**child), 0);
    return {};
}

bool SupervisedService::notice_end() {
    if (!child_ ||
        !sys::poll(child_->process.pidfd(), sys::Readiness::readable, sys::Deadline::in(0ms)))
        return false;
    // Only a child of ours leaves a status behind.
    const auto status = child_->process.try_wait();
    const std::string how = status && *status ? "ended (" + to_string(**status) + ")" : "ended";
    note_end(is_wanted_ ? how + "; " + explain() : "stopped");
    return true;
}

void SupervisedService::note_end(std::string cause) {
    child_.reset();
    since_ = now();
    cause_ = std::move(cause);
    if (!is_wanted_) return;
    const std::chrono::microseconds ran(sys::monotonic_us() - started_us_);
    const std::chrono::microseconds delay =
        settings_.backoff.next(std::chrono::floor<std::chrono::milliseconds>(ran));
    restart_us_ = sys::monotonic_us() + delay.count();
}

std::string SupervisedService::explain() const {
    const std::string said = log_excerpt();
    const std::string text =
        description_.explain ? description_.explain(said) : last_lines(said, kCauseLines);
    if (text.empty()) return "its log " + description_.log_file + " says nothing";
    return said.empty() ? text : "it said: " + text;
}

void SupervisedService::mark_log() {
    log_start_ = log_size(description_.log_file);
    if (child_) child_->record.is_ready = false;
}

std::string SupervisedService::log_excerpt() const {
    return read_log_after(description_.log_file, log_start_);
}

bool SupervisedService::has_said_ready(std::string_view log) const {
    const auto is_in_log = [&](const std::string& text) {
        return log.find(text) != std::string_view::npos;
    };
    return (child_ && child_->record.is_ready) || is_in_log(description_.ready_text) ||
           (!description_.reloaded_text.empty() && is_in_log(description_.reloaded_text));
}

bool SupervisedService::has_said_failed(std::string_view log) const {
    const std::string& text = description_.failed_text;
    return child_ && !child_->record.is_ready && !text.empty() &&
           log.find(text) != std::string_view::npos;
}

void SupervisedService::note_ready() {
    cause_.reset();
    if (!child_) return;
    // Without the note the next daemon merely asks again.
    if (auto noted = server::note_ready(*child_, settings_.record_path); !noted)
        log(LogLevel::warning, to_string(noted.error()));
}

void SupervisedService::note_not_ready(const Error& error) { cause_ = to_string(error); }

}  // namespace dim::server
