#include "imageserver/service/child_supervisor.hpp"

#include "imageserver/service/patience.hpp"
#include "imageserver/service/service_log.hpp"
#include "imageserver/service/supervised_service.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/event_fds.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace dim::server {

namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr auto kProbeInterval = 25ms;

std::int64_t monotonic_after(microseconds duration) {
    return sys::monotonic_us() + duration.count();
}

}  // namespace

struct ChildSupervisor::State {
    explicit State(Settings given) : settings(std::move(given)) {}

    /// The lock on everything below it; what changed meanwhile is told when it has been released.
    class [[nodiscard]] Lock {
    public:
        explicit Lock(State& state) : state_(state), lock_(state.mutex) {}
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        ~Lock() {
            const std::vector<api::ServiceStatus> told = std::exchange(state_.changes, {});
            lock_.unlock();
            if (state_.settings.on_change) std::ranges::for_each(told, state_.settings.on_change);
        }

    private:
        State& state_;
        std::unique_lock<std::mutex> lock_;
    };

    Settings settings;
    sys::Fd epoll;
    sys::Fd timer;
    std::mutex mutex;  ///< held for moments only
    /// Of each service: one start, reload or stop at a time, as long as that takes; taken before
    /// mutex.
    std::map<std::string, std::mutex> control_mutexes;
    std::map<std::string, SupervisedService> services;
    std::int64_t log_check_us = monotonic_after(settings.log_check_interval);
    std::mutex log_mutex;  ///< one log is shortened at a time: disks are slow, so never with mutex
    std::vector<api::ServiceStatus> changes;

    std::mutex& control_of(const std::string& name) {
        const std::lock_guard lock(mutex);
        return control_mutexes[name];
    }

    SupervisedService& at(const std::string& name) {
        return services
            .try_emplace(name, name,
                         SupervisedService::Settings{
                             .record_path = settings.run_directory + "/" + name + ".json",
                             .backoff = {settings.first_delay, settings.last_delay}})
            .first->second;
    }

    /// After every change of a service: others are told, its process and its restart watched.
    Result<void> note_change(SupervisedService& service) {
        changes.push_back(service.status());
        return arm_timer();
    }

    Result<void> begin(SupervisedService& service, Result<void> (SupervisedService::*how)()) {
        Result<void> begun = (service.*how)();
        if (service.process() != nullptr && begun)
            begun = sys::epoll_add_readable(epoll, service.process()->pidfd());
        DIM_CHECK(note_change(service));
        return begun;
    }

    Result<void> notice_end(SupervisedService& service) {
        if (!service.notice_end()) return {};
        const api::ServiceStatus status = service.status();
        if (service.restart_us())
            log(LogLevel::warning, status.name + " " + status.cause.value_or("ended"));
        return note_change(service);
    }

    Result<void> arm_timer() {
        std::int64_t next = log_check_us;
        for (const auto& [name, service] : services)
            next = std::min(next, service.restart_us().value_or(next));
        const microseconds left(std::max<std::int64_t>(next - sys::monotonic_us(), 0));
        return sys::set_timer(timer, std::chrono::ceil<milliseconds>(left));
    }

    /// The logs, when it is time to look at them.
    std::vector<std::string> due_logs() {
        std::vector<std::string> logs;
        if (sys::monotonic_us() < log_check_us) return logs;
        log_check_us = monotonic_after(settings.log_check_interval);
        for (const auto& [name, service] : services)
            if (!service.description().log_file.empty())
                logs.push_back(service.description().log_file);
        return logs;
    }

    /// Without mutex. A log that cannot be shortened is no reason not to run.
    void bound(const std::string& log_file) {
        const std::lock_guard lock(log_mutex);
        if (auto bounded = bound_log(log_file, settings.log_limit); !bounded)
            log(LogLevel::warning, to_string(bounded.error()));
    }

    Result<void> handle_events() {
        DIM_TRY(const std::vector<std::string> logs, handle_services());
        for (const std::string& log_file : logs)
            bound(log_file);
        return {};
    }

    /// Returns the logs that are to be looked at now.
    Result<std::vector<std::string>> handle_services() {
        const Lock lock(*this);
        for (auto& [name, service] : services) {
            DIM_CHECK(notice_end(service));
            if (!service.restart_us() || *service.restart_us() > sys::monotonic_us()) continue;
            // A failure is in the service's status and leads to the next try.
            if (begin(service, &SupervisedService::spawn)) log(LogLevel::notice, name + " started");
        }
        std::vector<std::string> logs = due_logs();
        DIM_CHECK(arm_timer());
        return logs;
    }

    /// True when the service runs as it is wanted, by now or already.
    Result<bool> find_running(const ServiceDescription& description) {
        const Lock lock(*this);
        SupervisedService& service = at(description.name);
        DIM_CHECK(notice_end(service));
        service.want(description);
        if (service.process() == nullptr) DIM_CHECK(begin(service, &SupervisedService::adopt));
        return service.runs_as(description);
    }

    Result<void> spawn(const ServiceDescription& description) {
        bound(description.log_file);
        const Lock lock(*this);
        SupervisedService& service = at(description.name);
        service.want(description);
        return begin(service, &SupervisedService::spawn);
    }

    /// The process that was sent a signal, to wait for its end; none when it does not run.
    Result<sys::Fd> send(const std::string& name, int signal) {
        const Lock lock(*this);
        SupervisedService& service = at(name);
        DIM_CHECK(notice_end(service));
        if (service.process() == nullptr) return sys::Fd();
        // The event loop may notice the end before the caller and close the original.
        DIM_TRY(sys::Fd pidfd, sys::dup(service.process()->pidfd()));
        if (signal == SIGHUP) service.mark_log();
        auto sent = service.process()->kill(signal);
        if (!sent && sent.error().code() != ErrorCode::not_found)
            return fail(std::move(sent).error());
        return pidfd;
    }

    Result<void> end(const std::string& name) {
        {
            const Lock lock(*this);
            at(name).unwant();
            DIM_CHECK(note_change(at(name)));
        }
        for (const int signal : {SIGTERM, SIGKILL}) {
            DIM_TRY(const sys::Fd pidfd, send(name, signal));
            if (!pidfd) return {};
            if (!sys::poll(pidfd, sys::Readiness::readable,
                           sys::Deadline::in(settings.stop_timeout)))
                continue;
            const Lock lock(*this);
            return notice_end(at(name));
        }
        return fail(ErrorCode::timed_out, name + " does not end, not even by SIGKILL");
    }

    struct Attempt {
        pid_t pid;  ///< 0: it does not run
        std::chrono::nanoseconds processor_time;
        std::string log;
        bool has_said_ready;
        bool has_said_failed;
        ServiceDescription description;
        std::string cause;
    };
    Result<Attempt> look(const std::string& name) {
        const Lock lock(*this);
        SupervisedService& service = at(name);
        DIM_CHECK(notice_end(service));
        std::string said = service.log_excerpt();
        const bool has_said_ready = service.has_said_ready(said);
        const bool has_said_failed = service.has_said_failed(said);
        const sys::Process* const process = service.process();
        return Attempt{.pid = process != nullptr ? process->pid() : 0,
                       .processor_time = process != nullptr ? process->processor_time().value_or(
                                                                  std::chrono::nanoseconds{})
                                                            : std::chrono::nanoseconds{},
                       .log = std::move(said),
                       .has_said_ready = has_said_ready,
                       .has_said_failed = has_said_failed,
                       .description = service.description(),
                       .cause = has_said_failed ? service.explain()
                                                : service.status().cause.value_or("does not run")};
    }

    static Result<void> probe(const Attempt& attempt) {
        if (attempt.has_said_failed)
            return fail(ErrorCode::unavailable,
                        "it did not take its configuration; " + attempt.cause);
        if (!attempt.has_said_ready) {
            return fail(ErrorCode::unavailable,
                        "its log does not say '" + attempt.description.ready_text + "'");
        }
        return attempt.description.probe ? attempt.description.probe(attempt.log) : Result<void>();
    }

    Result<void> wait_ready(const std::string& name) {
        DIM_TRY(Attempt attempt, look(name));
        Patience patience(attempt.description.ready_timeout, sys::monotonic_us());
        for (bool is_second_look = false;;) {
            if (attempt.pid == 0) return fail(ErrorCode::unavailable, name + " " + attempt.cause);
            const Result<void> ready = probe(attempt);
            // Who answers may be another process, whose port ours does not get: then it ends soon.
            if (ready && attempt.description.ready_text.empty() && !is_second_look) {
                is_second_look = true;
                sys::sleep_for(kProbeInterval);
                DIM_TRY(attempt, look(name));
                continue;
            }
            if (ready || attempt.has_said_failed ||
                patience.has_ended(attempt.pid, attempt.processor_time, sys::monotonic_us()))
                return note_readiness(name, ready);
            sys::sleep_for(kProbeInterval);
            DIM_TRY(attempt, look(name));
        }
    }

    Result<void> note_readiness(const std::string& name, const Result<void>& ready) {
        const Lock lock(*this);
        SupervisedService& service = at(name);
        if (ready)
            service.note_ready();
        else
            service.note_not_ready(ready.error());
        DIM_CHECK(note_change(service));
        if (ready) return {};
        return fail(
            Error(ErrorCode::timed_out, name + " runs but is not ready: " + ready.error().message())
                .with_cure(ready.error().cure()));
    }
};

Result<std::unique_ptr<ChildSupervisor>> ChildSupervisor::create(Settings settings) {
    DIM_CHECK(sys::ensure_directory(settings.run_directory, 0700));
    auto state = std::make_unique<State>(std::move(settings));
    DIM_TRY(state->epoll, sys::epoll());
    DIM_TRY(state->timer, sys::timer());
    DIM_CHECK(sys::epoll_add_readable(state->epoll, state->timer));
    DIM_CHECK(state->arm_timer());
    return std::unique_ptr<ChildSupervisor>(new ChildSupervisor(std::move(state)));
}

ChildSupervisor::ChildSupervisor(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChildSupervisor::~ChildSupervisor() = default;

const sys::Fd& ChildSupervisor::event_fd() const { return state_->epoll; }

Result<void> ChildSupervisor::handle_events() { return state_->handle_events(); }

Result<StartOutcome> ChildSupervisor::start(const ServiceDescription& service) {
    DIM_CHECK(sys::check_name(service.name));
    const std::lock_guard control(state_->control_of(service.name));
    DIM_TRY(const bool is_running, state_->find_running(service));
    if (!is_running) {
        DIM_CHECK(state_->end(service.name));
        DIM_CHECK(state_->spawn(service));
    }
    DIM_CHECK(state_->wait_ready(service.name));
    return is_running ? StartOutcome::kept : StartOutcome::started;
}

Result<void> ChildSupervisor::reload(const std::string& name) {
    const std::lock_guard control(state_->control_of(name));
    DIM_TRY(const auto attempt, state_->look(name));
    const ServiceDescription& description = attempt.description;
    if (description.arguments.empty())
        return fail(ErrorCode::not_found, "the service " + name + " was never started");
    const bool is_hangup = attempt.pid != 0 && description.reload == ReloadAction::hangup;
    if (is_hangup) {
        DIM_TRY(const sys::Fd pidfd, state_->send(name, SIGHUP));
    } else {
        DIM_CHECK(state_->end(name));
        DIM_CHECK(state_->spawn(description));
    }
    return state_->wait_ready(name);
}

Result<void> ChildSupervisor::stop(const std::string& name) {
    DIM_CHECK(sys::check_name(name));
    const std::lock_guard control(state_->control_of(name));
    {
        const State::Lock lock(*state_);
        SupervisedService& service = state_->at(name);
        // It may be a predecessor's.
        if (service.process() == nullptr)
            DIM_CHECK(state_->begin(service, &SupervisedService::adopt));
    }
    return state_->end(name);
}

api::ServiceStatus ChildSupervisor::status(const std::string& name) const {
    const State::Lock lock(*state_);
    return state_->at(name).status();
}

}  // namespace dim::server
