#pragma once

#include "imageserver/boot/boot_change.hpp"
#include "libdim/api/restart_messages.hpp"
#include "libdim/base/error.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

/// How an agent's reports change what is known of a boot. Pure: no clock, no disk.
namespace dim::server {

/// When the kernel of a blade started, given what its clock said in a message that came at ARRIVAL.
/// A clock that says too much is not believed on the time of day; on the server's uptime it may
/// well have been before that began.
Moment kernel_start(Moment arrival, std::uint64_t now_us);

/// Which of a blade's boots (newest first) a message is about, when the blade's clock says NOW_US.
/// Boots before that one in the list are only DHCP requests: the running system's own. Nothing: a
/// boot not heard of yet.
std::optional<std::size_t> find_boot(std::span<const BootRecord> newest_first, Moment arrival,
                                     std::uint64_t now_us);

/// BOOT: what find_boot found, if anything.
BootChange apply_boot_request(const model::ComponentName& blade, std::optional<BootRecord> boot,
                              const api::BootRequest& request, Moment arrival);
/// The server gave a plan.
BootChange apply_plan(BootRecord boot, const api::BootPlan& plan, std::string_view token_hash,
                      model::Timestamp now);
/// The server refused a plan.
BootChange apply_refused_plan(BootRecord boot, const Error& reason, std::uint32_t attempt,
                              model::Timestamp now);
BootChange apply_stages(BootRecord boot, const api::StageReport& report, Moment arrival);
BootChange apply_failure(const model::ComponentName& blade, std::optional<BootRecord> boot,
                         const api::FailureReport& report, Moment arrival);
BootChange apply_running(BootRecord boot, const api::RunningReport& report, Moment arrival);
BootChange apply_heartbeat(BootRecord boot, const api::Heartbeat& heartbeat, Moment arrival);
/// The blade has the shared root of another generation, or could not have it.
BootChange apply_move(BootRecord boot, const api::MoveReport& report, Moment arrival);
/// It says what is to be started anew on it; what that is, is kept beside the record.
BootChange apply_restarts(BootRecord boot, const api::RestartReport& report, Moment arrival);

/// A running blade whose boot is not known, or by another token. BOOT: what find_boot found, if
/// anything.
BootChange apply_enrolment(const model::ComponentName& blade, std::optional<BootRecord> boot,
                           const api::EnrolmentRequest& request, std::string_view token_hash,
                           Moment arrival);

}  // namespace dim::server
