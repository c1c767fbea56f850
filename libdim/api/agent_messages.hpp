#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/boot_stage.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a blade's agent and its image server say to each other (docs/api/openapi.json, paths
/// /v1/agent/…).
///
/// Times called *_us are microseconds of the blade's CLOCK_BOOTTIME, which starts with its kernel.
/// Every message carries the sender's now_us, so that the server can place them on its own clock.
namespace dim::api {

/// When a stage began.
struct StageTime {
    model::BootStage stage;
    std::uint64_t at_us;

    bool operator==(const StageTime&) const = default;
};

/// One attempt that did not succeed.
struct BootFailure {
    model::BootStage stage;
    std::string cause;  ///< one sentence with the kernel's own word for the errno
    std::string tried;  ///< the call and its arguments: "mount -t nfs4 -o
                        ///< vers=4.1 10.1.0.1:/blades/s01c1b01 /sysroot"
    std::optional<std::uint32_t> system_errno;
    std::uint32_t attempt;  ///< from 1
    std::uint64_t at_us;
    std::vector<std::string> kernel_messages;  ///< the last lines, oldest first

    bool operator==(const BootFailure&) const = default;
};

/// POST /v1/agent/boots: who am I.
struct BootRequest {
    model::MacAddress mac;  ///< of the port the blade booted from
    model::Architecture architecture;
    std::string machine;  ///< device tree "model" or DMI product: "IBM,8844-AC1"
    std::optional<std::string> serial;
    std::optional<std::string> uuid;
    std::uint64_t memory_bytes;
    std::uint32_t cpus;
    std::string kernel;  ///< uname -r
    std::string agent_version;
    std::uint32_t attempt;           ///< from 1
    std::uint64_t agent_started_us;  ///< when process 1 began
    std::vector<StageTime> stages;   ///< begun so far
    std::vector<BootFailure>
        earlier_failures;  ///< attempts of this boot that could not be reported when they failed
    std::uint64_t now_us;
    /// SHA-256 of the certificates (DER) of the authorities that the boot file trusts, hexadecimal;
    /// absent from agents that do not tell.
    std::optional<std::vector<std::string>> authorities = {};
    std::optional<std::string> kernel_version = {};  ///< uname -v; absent from older agents

    bool operator==(const BootRequest&) const = default;
};

/// One NFS file system a blade mounts.
struct NfsMount {
    std::string source;   ///< "10.1.0.1:/blades/s01c1b01"
    std::string target;   ///< absolute path in the new root: "/", "/usr"
    std::string options;  ///< mount(8) words and data for the kernel: "ro,vers=4.1,proto=tcp"

    bool operator==(const NfsMount&) const = default;
};

/// The answer to a BootRequest: what to mount and what to start.
struct BootPlan {
    std::string boot_id;  ///< names this boot in the paths of later reports
    std::string token;    ///< proves that a report comes from the boot that got this plan
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    NfsMount root;                 ///< the blade image, target "/"
    std::vector<NfsMount> shared;  ///< in the order to mount them
    std::string init;              ///< path in the new root: "/sbin/init"
    std::uint32_t heartbeat_seconds;

    bool operator==(const BootPlan&) const = default;
};

/// POST /v1/agent/boots/{boot_id}/stages: how far this boot is.
struct StageReport {
    std::string token;
    std::vector<StageTime> stages;
    std::uint64_t now_us;

    bool operator==(const StageReport&) const = default;
};

/// POST /v1/agent/failures: an attempt failed; BOOT_ID and TOKEN when there was a plan already.
struct FailureReport {
    model::MacAddress mac;
    std::optional<std::string> boot_id;
    std::optional<std::string> token;
    BootFailure failure;
    std::uint64_t now_us;

    bool operator==(const FailureReport&) const = default;
};

/// POST /v1/agent/boots/{boot_id}/running: process 1 is the distribution's init.
struct RunningReport {
    std::string token;
    std::string init;               ///< what /proc/1/exe is
    std::uint64_t init_started_us;  ///< when the agent became it
    std::uint64_t now_us;

    bool operator==(const RunningReport&) const = default;
};

/// POST /v1/agent/boots/{boot_id}/heartbeats: still running.
struct Heartbeat {
    std::string token;
    std::uint64_t memory_available_bytes;
    std::uint32_t processes;
    double load;  ///< one-minute average
    std::uint64_t now_us;
    /// How long the answer may wait for news, at most limits::kHeartbeatWaitSeconds; absent from
    /// agents that read no answer.
    std::optional<std::uint32_t> wait_seconds = {};

    bool operator==(const Heartbeat&) const = default;
};

/// The shared directories of another generation of the image that a blade runs.
struct SharedRoots {
    model::Generation generation;
    std::vector<NfsMount> mounts;  ///< in the order to mount them

    bool operator==(const SharedRoots&) const = default;
};

/// The answer to a Heartbeat with wait_seconds: what there is to do, at once when there is.
struct HeartbeatAnswer {
    std::optional<SharedRoots> shared;  ///< to be mounted over those that the blade has

    bool operator==(const HeartbeatAnswer&) const = default;
};

/// POST /v1/agent/boots/{boot_id}/moves: what came of SharedRoots.
struct MoveReport {
    std::string token;
    model::Generation generation;      ///< that of the SharedRoots
    std::optional<std::string> cause;  ///< why they are not in use; absent: they are
    std::uint64_t now_us;

    bool operator==(const MoveReport&) const = default;
};

/// POST /v1/agent/enrolments: the monitor of a running blade, whose boot the server does not know
/// any more: its database came from a back-up.
struct EnrolmentRequest {
    model::MacAddress mac;          ///< of the port the blade booted from
    model::ImageName image;         ///< what its boot plan said
    model::Generation generation;   ///< whose shared root it has by now
    std::string init;               ///< what /proc/1/exe is
    std::uint64_t init_started_us;  ///< when the agent became it
    std::uint64_t now_us;

    bool operator==(const EnrolmentRequest&) const = default;
};

/// The answer: what later reports are made with.
struct Enrolment {
    std::string boot_id;
    std::string token;

    bool operator==(const Enrolment&) const = default;
};

}  // namespace dim::api
