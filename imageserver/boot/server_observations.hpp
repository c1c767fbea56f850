#pragma once

#include "imageserver/boot/boot_change.hpp"
#include "imageserver/boot/firmware_load.hpp"
#include "imageserver/dhcp/dhcpd_log.hpp"
#include "libdim/base/error.hpp"
#include "libdim/model/timestamp.hpp"

#include <optional>

/// How what the server itself observes changes what is known of a boot. Pure: no clock, no disk.
namespace dim::server {

/// What dhcpd logged about the blade's MAC. Nothing: it is of no interest. LATEST: the newest boot.
std::optional<BootChange> apply_dhcp(const model::ComponentName& blade,
                                     const std::optional<BootRecord>& latest,
                                     const DhcpEvent& event, Moment now);

/// Its firmware loads a file. Nothing: it is of no interest, since its kernel has long started, or
/// nobody saw its firmware ask for an address.
std::optional<BootChange> apply_load(const std::optional<BootRecord>& latest,
                                     const FirmwareLoad& load, Moment now);

/// A connection from the blade's address was refused in STAGE. A blade that runs did not fail by
/// that: then only the story says so, and the record stays.
BootChange apply_refusal(const model::ComponentName& blade, const std::optional<BootRecord>& latest,
                         model::BootStage stage, const Error& reason, Moment now);

/// When, on the server's CLOCK_BOOTTIME, a boot of which nothing more is heard is silent; nothing
/// when silence changes nothing: it is lost or has failed already.
std::optional<std::int64_t> silent_from_us(const BootRecord& boot);
/// Nothing has been heard for longer than may be, since LISTENING_SINCE at the earliest. The time
/// of day does not matter.
bool is_silent(const BootRecord& boot, Moment now, Moment listening_since);
/// Marks a silent boot as lost; nothing when it is not silent, or lost already. HAS_NO_POWER: that
/// is why, and no loss to tell of.
std::optional<BootChange> apply_silence(const BootRecord& boot, Moment now, Moment listening_since,
                                        bool has_no_power = false);

/// Why a boot is lost, and what to do.
Error lost_reason(const BootRecord& boot);

}  // namespace dim::server
