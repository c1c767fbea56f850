#include "libdim/api/agent_messages.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

template <>
struct Members<StageTime> {
    static constexpr auto kAll =
        std::tuple{member("stage", &StageTime::stage), member("at_us", &StageTime::at_us)};
};

template <>
struct Members<BootFailure> {
    static constexpr auto kAll = std::tuple{
        member("stage", &BootFailure::stage),
        member("cause", &BootFailure::cause),
        member("tried", &BootFailure::tried),
        member("errno", &BootFailure::system_errno),
        member("attempt", &BootFailure::attempt),
        member("at_us", &BootFailure::at_us),
        member("kernel_messages", &BootFailure::kernel_messages, limits::kKernelMessages),
    };
};

template <>
struct Members<BootRequest> {
    static constexpr auto kAll = std::tuple{
        member("mac", &BootRequest::mac),
        member("architecture", &BootRequest::architecture),
        member("machine", &BootRequest::machine),
        member("serial", &BootRequest::serial),
        member("uuid", &BootRequest::uuid),
        member("memory_bytes", &BootRequest::memory_bytes),
        member("cpus", &BootRequest::cpus),
        member("kernel", &BootRequest::kernel),
        member("agent_version", &BootRequest::agent_version),
        member("attempt", &BootRequest::attempt),
        member("agent_started_us", &BootRequest::agent_started_us),
        member("stages", &BootRequest::stages, limits::kSharedMounts),
        member("earlier_failures", &BootRequest::earlier_failures, limits::kEarlierFailures),
        member("now_us", &BootRequest::now_us),
        member("authorities", &BootRequest::authorities, limits::kAuthorities),
        member("kernel_version", &BootRequest::kernel_version),
    };
};

template <>
struct Members<NfsMount> {
    static constexpr auto kAll = std::tuple{
        member("source", &NfsMount::source),
        member("target", &NfsMount::target),
        member("options", &NfsMount::options),
    };
};

template <>
struct Members<BootPlan> {
    static constexpr auto kAll = std::tuple{
        member("boot_id", &BootPlan::boot_id),
        member("token", &BootPlan::token),
        member("blade", &BootPlan::blade),
        member("image", &BootPlan::image),
        member("generation", &BootPlan::generation),
        member("root", &BootPlan::root),
        member("shared", &BootPlan::shared, limits::kSharedMounts),
        member("init", &BootPlan::init),
        member("heartbeat_seconds", &BootPlan::heartbeat_seconds),
    };
};

template <>
struct Members<StageReport> {
    static constexpr auto kAll = std::tuple{
        member("token", &StageReport::token),
        member("stages", &StageReport::stages, limits::kSharedMounts),
        member("now_us", &StageReport::now_us),
    };
};

template <>
struct Members<FailureReport> {
    static constexpr auto kAll = std::tuple{
        member("mac", &FailureReport::mac),       member("boot_id", &FailureReport::boot_id),
        member("token", &FailureReport::token),   member("failure", &FailureReport::failure),
        member("now_us", &FailureReport::now_us),
    };
};

template <>
struct Members<RunningReport> {
    static constexpr auto kAll = std::tuple{
        member("token", &RunningReport::token),
        member("init", &RunningReport::init),
        member("init_started_us", &RunningReport::init_started_us),
        member("now_us", &RunningReport::now_us),
    };
};

template <>
struct Members<Heartbeat> {
    static constexpr auto kAll = std::tuple{
        member("token", &Heartbeat::token),
        member("memory_available_bytes", &Heartbeat::memory_available_bytes),
        member("processes", &Heartbeat::processes),
        member("load", &Heartbeat::load),
        member("now_us", &Heartbeat::now_us),
        member("wait_seconds", &Heartbeat::wait_seconds),
    };
};

template <>
struct Members<SharedRoots> {
    static constexpr auto kAll = std::tuple{
        member("generation", &SharedRoots::generation),
        member("mounts", &SharedRoots::mounts, limits::kSharedMounts),
    };
};

template <>
struct Members<HeartbeatAnswer> {
    static constexpr auto kAll = std::tuple{member("shared", &HeartbeatAnswer::shared)};
};

template <>
struct Members<MoveReport> {
    static constexpr auto kAll = std::tuple{
        member("token", &MoveReport::token),
        member("generation", &MoveReport::generation),
        member("cause", &MoveReport::cause),
        member("now_us", &MoveReport::now_us),
    };
};

template <>
struct Members<EnrolmentRequest> {
    static constexpr auto kAll = std::tuple{
        member("mac", &EnrolmentRequest::mac),
        member("image", &EnrolmentRequest::image),
        member("generation", &EnrolmentRequest::generation),
        member("init", &EnrolmentRequest::init),
        member("init_started_us", &EnrolmentRequest::init_started_us),
        member("now_us", &EnrolmentRequest::now_us),
    };
};

template <>
struct Members<Enrolment> {
    static constexpr auto kAll =
        std::tuple{member("boot_id", &Enrolment::boot_id), member("token", &Enrolment::token)};
};

DIM_API_MESSAGE(BootRequest, limits::kMessageBytes)
DIM_API_MESSAGE(BootPlan, limits::kMessageBytes)
DIM_API_MESSAGE(StageReport, limits::kMessageBytes)
DIM_API_MESSAGE(FailureReport, limits::kMessageBytes)
DIM_API_MESSAGE(RunningReport, limits::kMessageBytes)
DIM_API_MESSAGE(Heartbeat, limits::kMessageBytes)
DIM_API_MESSAGE(HeartbeatAnswer, limits::kMessageBytes)
DIM_API_MESSAGE(MoveReport, limits::kMessageBytes)
DIM_API_MESSAGE(EnrolmentRequest, limits::kMessageBytes)
DIM_API_MESSAGE(Enrolment, limits::kMessageBytes)

}  // namespace dim::api
