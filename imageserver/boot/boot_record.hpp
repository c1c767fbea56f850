#pragma once

#include "imageserver/state/wall_clock.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/model/boot_stage.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// An attempt of a boot that did not succeed.
struct StageFailure {
    model::BootStage stage;
    std::string cause;
    std::string cure;  ///< empty when nobody knows
    std::uint32_t attempt;
    model::Timestamp since;  ///< the first of the same failures in a row
    model::Timestamp time;   ///< the last of them

    bool operator==(const StageFailure&) const = default;
};

/// A shared root of another generation that a running blade could not mount.
struct FailedMove {
    model::Generation generation;
    std::string cause;
    std::uint32_t attempt;   ///< from 1, of the same cause in a row
    std::int64_t uptime_us;  ///< when: the server's CLOCK_BOOTTIME

    bool operator==(const FailedMove&) const = default;
};

/// Where one boot of a blade stands. Times are the server's; those called *_us the blade's own
/// (CLOCK_BOOTTIME), which tell old reports from new ones.
struct BootRecord {
    std::int64_t key = 0;  ///< of the database; 0: not stored yet
    model::ComponentName blade;
    std::string token_hash;  ///< SHA-256 of the plan's token; empty: no plan was given
    std::optional<model::ImageName> image;
    std::optional<model::Generation> generation;  ///< of the shared root in use
    std::optional<FailedMove> failed_move;        ///< the last one, until one succeeds
    std::uint32_t heartbeat_seconds = 0;
    /// So long its root may see what a file was before; absent: no plan of ours said so.
    std::optional<std::uint32_t> actimeo_seconds;

    /// Fingerprints of the authorities that its boot file trusts; absent: it did not tell.
    std::optional<std::vector<std::string>> authorities;
    std::optional<std::string> kernel_release;  ///< uname -r; absent: no agent told
    std::optional<std::string> kernel_version;  ///< uname -v; absent: no agent told

    std::optional<model::Timestamp> firmware;  ///< the first DHCPDISCOVER
    std::optional<model::Timestamp> address;   ///< DHCPACK
    /// What its firmware asked for last, and since when it has been sent all of that.
    std::optional<std::string> boot_file;
    std::optional<model::Timestamp> loaded;
    std::optional<model::Timestamp> kernel;  ///< start of the kernel; absent: no agent spoke yet
    std::optional<model::Timestamp> agent;   ///< start of process 1
    std::optional<model::Timestamp> exec;    ///< process 1 became the distribution's init
    std::optional<model::Timestamp> running;

    model::BootStage stage;        ///< begun last
    model::Timestamp stage_since;  ///< when
    model::Timestamp last_heard;   ///< anything that belongs to this boot
    /// The same, and the start of the kernel, on the server's CLOCK_BOOTTIME: what silence is
    /// measured by. Absent in records of former versions; of no meaning after the server's next
    /// boot.
    std::optional<std::int64_t> heard_us;
    std::optional<std::int64_t> kernel_us;
    std::uint32_t attempt = 1;      ///< of the agent, in this boot
    std::uint64_t last_now_us = 0;  ///< the blade's clock at its last report
    std::uint64_t last_stage_us = 0;
    std::uint64_t last_failure_us = 0;

    std::optional<StageFailure> failure;   ///< the last one, until the blade runs
    bool has_failed = false;               ///< nothing has succeeded since FAILURE
    std::optional<model::Timestamp> lost;  ///< when it was found lost; absent once heard again

    bool operator==(const BootRecord&) const = default;
};

/// Notes a sign of life.
void mark_heard(BootRecord& record, Moment now);
/// How long ago the last one was; never negative, whatever has become of the clocks.
std::chrono::microseconds since_heard(const BootRecord& record, Moment now);

/// Whether the blade is to be told to mount the shared root of GENERATION: it has another, and has
/// not just failed with it.
bool is_move_due(const BootRecord& record, model::Generation generation, Moment now);

/// How a boot is called in the API: "s01c1b01-17".
std::string boot_id(const BootRecord& record);

/// A line of a blade's story, on its way to the log.
struct StoryLine {
    model::Timestamp time;
    std::string source;  ///< see api::StoryEvent
    std::optional<model::BootStage> stage;
    std::string text;
    std::vector<std::string> detail;

    bool operator==(const StoryLine&) const = default;
};

}  // namespace dim::server
