#pragma once

#include "imageserver/boot/agent_reports.hpp"
#include "imageserver/dhcp/dhcpd_log.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/api/restart_messages.hpp"

/// A blade and what it says, for tests.
namespace dim::server::samples {

inline model::ComponentName blade() { return *model::ComponentName::parse("s01c1b01"); }
inline model::ComponentName other_blade() { return *model::ComponentName::parse("s01c1b02"); }
inline model::ImageName image() { return *model::ImageName::parse("granite"); }
inline model::MacAddress mac() { return *model::MacAddress::parse("52:54:00:01:01:01"); }
inline model::Ipv4Address address() { return *model::Ipv4Address::parse("10.1.0.11"); }

/// SECONDS after some moment.
inline Moment at(double seconds) {
    constexpr std::int64_t kStart = 1'795'000'000'000'000;
    constexpr std::int64_t kStartUptime = 86'400'000'000;
    const auto us = static_cast<std::int64_t>(seconds * 1e6);
    return {.time = *model::Timestamp::from_microseconds(kStart + us),
            .uptime_us = kStartUptime + us};
}
/// The same, but for the time of day, which somebody has set.
inline Moment jumped(Moment moment, std::chrono::seconds by) {
    moment.time = *model::Timestamp::from_microseconds(moment.time.microseconds() +
                                                       std::chrono::microseconds(by).count());
    return moment;
}
/// The same as the blade's clock, whose kernel started at KERNEL seconds.
constexpr double kKernel = 6;
inline std::uint64_t us(double seconds) {
    return static_cast<std::uint64_t>((seconds - kKernel) * 1e6);
}

inline api::BootRequest boot_request(double now, std::uint32_t attempt = 1) {
    return {.mac = mac(),
            .architecture = model::Architecture::ppc64,
            .machine = "IBM,8844-AC1",
            .serial = "ZJ1234",
            .uuid = {},
            .memory_bytes = std::uint64_t{512} << 20,
            .cpus = 2,
            .kernel = "6.1.0",
            .agent_version = "0.1.0",
            .attempt = attempt,
            .agent_started_us = us(8),
            .stages = {{model::BootStage::environment, us(8.01)},
                       {model::BootStage::network, us(8.02)},
                       {model::BootStage::connect, us(now - 0.2)},
                       {model::BootStage::tls, us(now - 0.15)},
                       {model::BootStage::plan, us(now - 0.01)}},
            .earlier_failures = {},
            .now_us = us(now),
            .authorities = {}};
}

inline api::BootPlan boot_plan(const std::string& token = "secret") {
    return {.boot_id = {},
            .token = token,
            .blade = blade(),
            .image = image(),
            .generation = *model::Generation::from_number(1),
            .root = {"10.1.0.1:/blades/s01c1b01/granite", "/", "rw"},
            .shared = {{"10.1.0.1:/shared/granite/1/usr", "/usr", "ro"}},
            .init = "/sbin/init",
            .heartbeat_seconds = 10};
}

inline api::StageReport stage_report(model::BootStage stage, double now,
                                     const std::string& token = "secret") {
    return {token, {{stage, us(now)}}, us(now)};
}

inline api::FailureReport failure_report(model::BootStage stage, double now,
                                         std::uint32_t attempt = 1) {
    return {.mac = mac(),
            .boot_id = {},
            .token = {},
            .failure = {stage,
                        "mount: Connection refused",
                        "mount -t nfs4 …",
                        111,
                        attempt,
                        us(now),
                        {"nfs: server not responding"}},
            .now_us = us(now)};
}

inline api::RunningReport running_report(double now, const std::string& token = "secret") {
    return {token, "/bin/busybox", us(8.5), us(now)};
}
inline api::Heartbeat heartbeat(double now, const std::string& token = "secret") {
    return {token, 1, 1, 0.0, us(now)};
}
/// CAUSE: why it could not.
inline api::MoveReport move_report(std::uint32_t generation, double now,
                                   std::optional<std::string> cause = {},
                                   const std::string& token = "secret") {
    return {token, *model::Generation::from_number(generation), std::move(cause), us(now)};
}
/// TOTAL processes, of which one is told.
inline api::RestartReport restart_report(std::uint32_t total, double now,
                                         const std::string& token = "secret") {
    api::Restarts found{.processes = {}, .total = total, .cause = {}};
    if (total != 0) found.processes = {{4711, "sshd", "ssh.service", "/usr/sbin/sshd", 1}};
    return {token, std::move(found), us(now)};
}
inline api::EnrolmentRequest enrolment_request(double now) {
    return {mac(), image(), *model::Generation::from_number(1), "/bin/busybox", us(8.5), us(now)};
}
inline DhcpEvent dhcp(DhcpEventKind kind) { return {kind, mac(), address()}; }

}  // namespace dim::server::samples
