#pragma once

#include "libdim/api/agent_messages.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// What agents say and are answered, and what is to be started anew on their blades. See
/// message_samples.hpp.
namespace dim::api::samples {

inline BootFailure boot_failure() {
    return {model::BootStage::mount_root,
            "mount: Connection refused",
            "mount -t nfs4 10.1.0.1:/blades/s01c1b01/granite /sysroot",
            111,
            3,
            4'500'000,
            {"nfs: server 10.1.0.1 not responding", "\"quoted\"\t\xc3\xa9"}};
}
inline BootRequest boot_request() {
    return {.mac = mac(),
            .architecture = model::Architecture::ppc64,
            .machine = "IBM,8844-AC1",
            .serial = "ZJ1234",
            .uuid = "00000000-0000-0000-0000-000000000001",
            .memory_bytes = std::uint64_t{4} << 30,
            .cpus = 4,
            .kernel = "6.1.0",
            .agent_version = "0.1.0",
            .attempt = 2,
            .agent_started_us = 1'200'000,
            .stages = {{model::BootStage::environment, 1'250'000},
                       {model::BootStage::network, 1'300'000}},
            .earlier_failures = {boot_failure()},
            .now_us = UINT64_MAX,
            .authorities = {{std::string(64, 'a'), std::string(64, 'b')}},
            .kernel_version = "#1 SMP Debian 6.1.162-1"};
}
inline BootRequest bare_boot_request() {
    BootRequest request = boot_request();
    request.serial.reset();
    request.uuid.reset();
    request.stages.clear();
    request.earlier_failures.clear();
    request.authorities.reset();
    request.kernel_version.reset();
    return request;
}
inline BootPlan boot_plan() {
    return {.boot_id = "s01c1b01-17",
            .token = "0123456789abcdef0123456789abcdef",
            .blade = blade(),
            .image = image(),
            .generation = generation(),
            .root = {"10.1.0.1:/blades/s01c1b01/granite", "/", "rw,vers=4.1"},
            .shared = {{"10.1.0.1:/shared/granite/7/usr", "/usr", "ro,vers=4.1"}},
            .init = "/sbin/init",
            .heartbeat_seconds = 10};
}
inline StageReport stage_report() {
    return {"0123", {{model::BootStage::mount_shared, 2'000'000}}, 2'100'000};
}
inline FailureReport failure_report() {
    return {mac(), "s01c1b01-17", "0123", boot_failure(), 5'000'000};
}
inline FailureReport bare_failure_report() {
    FailureReport report = failure_report();
    report.boot_id.reset();
    report.token.reset();
    report.failure.system_errno.reset();
    report.failure.kernel_messages.clear();
    return report;
}
inline RunningReport running_report() { return {"0123", "/bin/busybox", 3'000'000, 3'500'000}; }
inline Heartbeat heartbeat() { return {"0123", 123'456'789, 42, 0.015625, 60'000'000, 10}; }
inline Heartbeat bare_heartbeat() {
    Heartbeat bare = heartbeat();
    bare.wait_seconds.reset();
    return bare;
}
inline SharedRoots shared_roots() {
    return {generation(), {{"10.1.0.1:/shared/granite/7/usr", "/usr", "ro,vers=4.1"}}};
}
inline HeartbeatAnswer heartbeat_answer() { return {shared_roots()}; }
inline MoveReport move_report() { return {"0123", generation(), "Stale file handle", 61'000'000}; }
inline MoveReport bare_move_report() { return {"0123", generation(), {}, 61'000'000}; }
inline EnrolmentRequest enrolment_request() {
    return {mac(), image(), generation(), "/bin/busybox", 3'000'000, 3'500'000};
}
inline Enrolment enrolment() { return {"s01c1b01-18", "0123456789abcdef0123456789abcdef"}; }
inline RestartProcess restart_process() {
    return {4711, "sshd", "ssh.service", "/usr/sbin/sshd", 2};
}
inline RestartProcess bare_restart_process() { return {4712, "busybox", {}, "/bin/busybox", 1}; }
inline Restarts restarts() {
    return {{restart_process(), bare_restart_process()}, 2, "no result within 8000 ms"};
}
inline RestartReport restart_report() { return {"0123", restarts(), 62'000'000}; }
inline RestartReport bare_restart_report() { return {"0123", {{}, 0, {}}, 62'000'000}; }
inline RestartQuery restart_query() { return {{blade()}}; }
inline BladeRestarts blade_restarts() {
    return {blade(), "known", restarts(), "6.1.0-dim", "6.1.1-dim"};
}
inline RestartList restart_list() {
    return {{blade_restarts(), {.blade = blade(), .state = "unchanged"}}};
}

}  // namespace dim::api::samples
