#include "imageserver/service/child_process.hpp"

#include "imageserver/service/service_log.hpp"
#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/file_lock.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/sys/random.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace dim::server {

namespace {

using namespace std::chrono_literals;

constexpr mode_t kChildRecordMode = 0600;
constexpr std::size_t kEnvironmentLimit = 64 * 1024;
/// A predecessor killed while it started a child: the child may need this long to become visible.
constexpr auto kStartingTime = 300ms;

std::string environment_entry(const std::string& token) {
    return std::string(kTokenVariable) + "=" + token;
}

/// Empty when it cannot be read: in a container, what has changed its user hides it.
std::string executable_of(pid_t pid) {
    return sys::read_link("/proc/" + std::to_string(pid) + "/exe").value_or("");
}

bool has_token(const std::string& pid, const std::string& token) {
    const auto environment = sys::read_file("/proc/" + pid + "/environ", kEnvironmentLimit);
    if (!environment) return false;
    const std::vector<std::string_view> entries = split(*environment, '\0');
    return std::ranges::find(entries, environment_entry(token)) != entries.end();
}

/// The numbers alone could mean another process after a reboot, if the record survived it. A
/// program that replaced itself by another keeps its token; one that hides its environment keeps
/// its file.
bool is_same_program(const ChildRecord& record) {
    const pid_t pid = record.process->pid;
    if (has_token(std::to_string(pid), record.token)) return true;
    const std::string executable = executable_of(pid);
    return executable.empty() || executable == record.executable ||
           executable == record.executable + " (deleted)";
}

/// The oldest process that was started with TOKEN: a service's own children have it too.
std::optional<sys::ProcessIdentity> find_by_token(const std::string& token) {
    std::optional<sys::ProcessIdentity> oldest;
    const auto names = sys::list_names("/proc");
    if (!names) return oldest;
    for (const std::string& name : *names) {
        const Result<pid_t> pid = parse_number<pid_t>(name, 1);
        if (!pid) continue;
        const Result<sys::ProcessIdentity> identity = sys::process_identity(*pid);
        if (!identity || !has_token(name, token)) continue;
        // The one that had the token must be the one whose start was read.
        if (sys::process_identity(*pid) != identity) continue;
        if (!oldest || identity->start_ticks < oldest->start_ticks) oldest = *identity;
    }
    return oldest;
}

/// The child inherits the log, and with it the lock.
Result<void> lock_log(const ServiceDescription& service, const sys::Fd& log) {
    Result<void> locked = sys::lock_file(log);
    if (locked || locked.error().code() != ErrorCode::conflict) return locked;
    return fail(Error(ErrorCode::conflict, "another process of it runs already, unknown to this "
                                           "daemon: somebody holds the lock on " +
                                               service.log_file)
                    .with_cure("find it by `fuser " + service.log_file +
                               "` and end it; perhaps a daemon with another --run directory "
                               "started it"));
}

Result<void> write_record(const std::string& path, const ChildRecord& record) {
    return sys::write_file_atomically(path, to_json(record), kChildRecordMode);
}

/// Completes the record of a child whose starter was killed before it knew the number.
Result<void> find_started(ChildRecord& record, const std::string& record_path) {
    const sys::Deadline deadline = sys::Deadline::in(kStartingTime);
    while (!(record.process = find_by_token(record.token))) {
        if (deadline.has_passed()) return {};
        sys::sleep_for(20ms);
    }
    record.executable = executable_of(record.process->pid);
    return write_record(record_path, record);
}

}  // namespace

std::string confinement_text(const ServiceDescription& service) {
    return service.confinement ? to_string(*service.confinement) : std::string();
}

Result<Child> start_child(const ServiceDescription& service, const std::string& record_path) {
    DIM_TRY(const sys::Fd log, open_log(service.log_file));
    if (service.must_be_alone) DIM_CHECK(lock_log(service, log));
    DIM_TRY(const std::string token, sys::random_hex(16));
    DIM_TRY(const auto now, model::Timestamp::from_microseconds(sys::realtime_us()));
    ChildRecord record{.token = token,
                       .arguments = service.arguments,
                       .since = now,
                       .process = {},
                       .executable = {},
                       .confinement = confinement_text(service)};
    DIM_CHECK(write_record(record_path, record));
    std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", "TZ=UTC",
                                         environment_entry(token)};
    std::ranges::copy(service.environment, std::back_inserter(environment));
    Result<sys::Process> process = sys::spawn({.arguments = service.arguments,
                                               .environment = std::move(environment),
                                               .directory = "/",
                                               .standard_output = &log,
                                               .standard_error = &log,
                                               .group = sys::ProcessGroup::own_group,
                                               .confinement = service.confinement});
    if (!process) {
        DIM_CHECK(sys::unlink(record_path));
        return fail(std::move(process).error());
    }
    // A child that has ended already is still there to be looked at, until somebody waits for it.
    DIM_TRY(record.process, sys::process_identity(process->pid()));
    record.executable = executable_of(process->pid());
    DIM_CHECK(write_record(record_path, record));
    return Child{std::move(*process), std::move(record)};
}

Result<void> note_ready(Child& child, const std::string& record_path) {
    if (child.record.is_ready) return {};
    child.record.is_ready = true;
    return write_record(record_path, child.record);
}

Result<std::optional<Child>> adopt_child(const std::string& record_path) {
    const Result<std::string> text = sys::read_file(record_path);
    if (!text && text.error().code() == ErrorCode::not_found) return std::nullopt;
    if (!text) return fail(text.error());
    Result<ChildRecord> record = parse_child_record(*text);
    if (!record) {
        return fail(
            std::move(record)
                .error()
                .with_context(record_path)
                .with_cure("end the service's process if it still runs, then remove the file"));
    }
    const bool is_known = record->process.has_value();
    if (!is_known) DIM_CHECK(find_started(*record, record_path));
    if (!record->process) return std::nullopt;
    Result<sys::Process> process = sys::find_process(*record->process);
    if (!process && process.error().code() == ErrorCode::not_found) return std::nullopt;
    if (!process) return fail(std::move(process).error());
    if (sys::poll(process->pidfd(), sys::Readiness::readable, sys::Deadline::in(0ms)))
        return std::nullopt;
    // One that was found by its token just now is it, also while it replaces itself by another
    // program: there is a moment in which that has no environment.
    if (is_known && !is_same_program(*record)) return std::nullopt;
    return Child{std::move(*process), std::move(*record)};
}

}  // namespace dim::server
