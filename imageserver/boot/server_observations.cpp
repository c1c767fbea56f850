#include "imageserver/boot/server_observations.hpp"

#include "imageserver/boot/boot_limits.hpp"
#include "libdim/model/firmware.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace dim::server {

namespace {

using model::BootStage;
using std::chrono::microseconds;

microseconds longest_silence(const BootRecord& boot) {
    if (boot.running)
        return std::chrono::seconds(kMissedHeartbeats * std::max(boot.heartbeat_seconds, 1u));
    return boot.kernel ? microseconds(kBootSilence) : microseconds(kFirmwareSilence);
}

/// NUMBER: what it says of itself (DHCP option 93); Kea does not tell it.
void refuse_firmware(BootChange& change, std::optional<std::uint16_t> number, Moment now) {
    const model::Firmware* firmware = number ? model::find_firmware(*number) : nullptr;
    std::string cause =
        "its firmware is of another kind, which the blade's type does not have: Kea "
        "gives it nothing";
    if (number) {
        cause =
            "its firmware is " +
            (firmware == nullptr ? std::string("of another kind") : std::string(firmware->name)) +
            " (DHCP option 93 is " + std::to_string(*number) +
            "), which the blade's type does not have: it is given no boot file";
    }
    const auto& last = change.record.failure;
    const bool is_again = last && last->stage == BootStage::firmware;
    change.fail({BootStage::firmware, std::move(cause),
                 "correct the blade's 'type' in the cluster definition, or the boot mode in the "
                 "set-up of its firmware",
                 is_again ? last->attempt + 1 : 1, now, now},
                "dhcpd", {});
}

}  // namespace

std::optional<BootChange> apply_dhcp(const model::ComponentName& blade,
                                     const std::optional<BootRecord>& latest,
                                     const DhcpEvent& event, Moment now) {
    // A firmware that is refused goes on asking.
    const bool is_refused = latest && latest->has_failed && !latest->kernel &&
                            latest->failure->stage == BootStage::firmware;
    const bool is_same = latest && !latest->kernel && (!latest->has_failed || is_refused) &&
                         since_heard(*latest, now) <= kFirmwareSilence;
    if (!is_same && event.kind != DhcpEventKind::discover) return std::nullopt;
    BootChange change{is_same ? *latest : begin_record(blade, BootStage::firmware, now), {}};
    BootRecord& boot = change.record;
    mark_heard(boot, now);
    boot.lost.reset();
    switch (event.kind) {
        case DhcpEventKind::discover:
            if (!boot.firmware) {
                boot.firmware = now;
                change.tell(now, "dhcpd", BootStage::firmware,
                            "asks for an address (DHCPDISCOVER)");
            }
            break;
        case DhcpEventKind::acknowledge:
            if (!boot.address) {
                boot.address = now;
                change.tell(now, "dhcpd", BootStage::firmware,
                            "is given " +
                                (event.address ? to_string(*event.address) : "its address") +
                                " (DHCPACK)");
            }
            break;
        case DhcpEventKind::refuse:
            change.tell(now, "dhcpd", BootStage::firmware, "asked for a wrong address (DHCPNAK)");
            break;
        case DhcpEventKind::offer:
        case DhcpEventKind::request: break;
        case DhcpEventKind::wrong_firmware: refuse_firmware(change, event.firmware, now); break;
        case DhcpEventKind::unknown_mac: return std::nullopt;
    }
    const bool is_repetition = is_same && !latest->lost && change.story.empty() &&
                               since_heard(*latest, now) < kHeardResolution;
    return is_repetition ? std::nullopt : std::optional(std::move(change));
}

namespace {

std::string mebibytes(std::uint64_t bytes) {
    constexpr std::uint64_t kTenth = (std::uint64_t{1} << 20) / 10;
    const std::uint64_t tenths = bytes / kTenth;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MiB";
}

void fail_load(BootChange& change, const FirmwareLoad& load, std::string cause,
               const std::string& cure, Moment now) {
    if (load.reason) cause += ": " + load.reason->message();
    cause = story_text(cause);
    const auto& last = change.record.failure;
    const bool is_again = last && last->stage == BootStage::firmware && last->cause == cause;
    change.fail({BootStage::firmware, std::move(cause), story_text(cure),
                 is_again ? last->attempt + 1 : 1, now, now},
                "imageserver", {});
}

}  // namespace

std::optional<BootChange> apply_load(const std::optional<BootRecord>& latest,
                                     const FirmwareLoad& load, Moment now) {
    if (!latest || latest->kernel) return std::nullopt;
    BootChange change{*latest, {}};
    BootRecord& boot = change.record;
    mark_heard(boot, now);
    boot.lost.reset();
    using Step = FirmwareLoad::Step;
    switch (load.step) {
        case Step::begins:
            // What was wrong before, it does now as it should.
            if (boot.failure && boot.failure->stage == BootStage::firmware) boot.has_failed = false;
            boot.boot_file = load.file;
            boot.loaded.reset();
            change.tell(now, "imageserver", BootStage::firmware,
                        "loads " + load.file + " by HTTP (" + mebibytes(load.size) + ")");
            break;
        case Step::is_done:
            boot.boot_file = load.file;
            boot.loaded = now.time;
            change.tell(now, "imageserver", BootStage::firmware, "has loaded " + load.file);
            break;
        case Step::broke_off:
            fail_load(change, load,
                      "loading " + load.file + " broke off after " + mebibytes(load.sent) + " of " +
                          mebibytes(load.size),
                      "look at the blade's console and its network; if it does not try again by "
                      "itself, power it off and on",
                      now);
            break;
        case Step::is_refused:
            fail_load(change, load, "its firmware asked by HTTP for " + load.file,
                      load.reason ? load.reason->cure() : std::string(), now);
            break;
    }
    return change;
}

BootChange apply_refusal(const model::ComponentName& blade, const std::optional<BootRecord>& latest,
                         BootStage stage, const Error& reason, Moment now) {
    const bool is_over = latest && latest->running && latest->lost;
    BootChange change{latest && !is_over ? *latest : begin_record(blade, stage, now), {}};
    BootRecord& boot = change.record;
    if (boot.running) {
        change.tell(now, "imageserver", stage,
                    "refused a connection: " + story_text(reason.message()));
        return change;
    }
    mark_heard(boot, now);
    boot.lost.reset();
    boot.stage = stage;
    const bool is_again = boot.failure && boot.failure->stage == stage;
    const std::uint32_t attempt = is_again ? boot.failure->attempt + 1 : 1;
    change.fail({stage, story_text(reason.message()), story_text(reason.cure()), attempt, now, now},
                "imageserver", {});
    return change;
}

std::optional<std::int64_t> silent_from_us(const BootRecord& boot) {
    if (boot.has_failed || boot.lost || !boot.heard_us) return std::nullopt;
    return *boot.heard_us + longest_silence(boot).count();
}

bool is_silent(const BootRecord& boot, Moment now, Moment listening_since) {
    if (boot.has_failed) return false;
    // What was heard by a former daemon, or before the server's last boot, counts from our start.
    const std::int64_t heard_us = boot.heard_us && *boot.heard_us <= now.uptime_us
                                      ? std::max(*boot.heard_us, listening_since.uptime_us)
                                      : listening_since.uptime_us;
    return microseconds(now.uptime_us - heard_us) > longest_silence(boot);
}

std::optional<BootChange> apply_silence(const BootRecord& boot, Moment now, Moment listening_since,
                                        bool has_no_power) {
    if (boot.lost || !is_silent(boot, now, listening_since)) return std::nullopt;
    BootChange change{boot, {}};
    change.record.lost = now.time;
    if (has_no_power) {
        change.tell(now, "imageserver", boot.stage,
                    "off: nothing is heard, and its management module says that it has no power");
        return change;
    }
    const Error reason = lost_reason(boot);
    change.tell(now, "imageserver", boot.stage, "lost: " + reason.message(),
                {"cure: " + reason.cure()});
    return change;
}

namespace {

constexpr std::string_view kConsoleTells =
    "look at its console, where the agent says what it has not got: the driver of its port ('dim "
    "buildzimage IMAGE --driver NAME'), that port's firmware, whose package the image must have, a "
    "link, or the right VLAN";
constexpr std::string_view kSecureBootTells =
    "; firmware with Secure Boot says \"Access Denied\" there to a boot file that is not signed "
    "with its key";

/// Its firmware asked for one, and nothing followed.
Error lost_with_boot_file(const BootRecord& boot, const std::string& silence) {
    const std::string& file = *boot.boot_file;
    const std::string told = boot.loaded
                                 ? "its boot file " + file + " was loaded, and no agent spoke: the"
                                 : "it asked for its boot file " + file +
                                       ", and no agent spoke: it was not loaded as a whole, the";
    std::string cure(kConsoleTells);
    if (file.ends_with(".efi")) cure += kSecureBootTells;
    return Error(ErrorCode::timed_out,
                 silence + told + " kernel did not start, or the agent found no network")
        .with_cure(std::move(cure));
}

}  // namespace

Error lost_reason(const BootRecord& boot) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest_silence(boot));
    const std::string silence = "nothing heard for " + std::to_string(seconds.count()) + " s; ";
    if (boot.running) {
        return Error(ErrorCode::timed_out,
                     silence + std::to_string(kMissedHeartbeats) + " heartbeats were missed")
            .with_cure("look at its console; power it off and on");
    }
    if (boot.kernel) {
        return Error(ErrorCode::timed_out,
                     silence + "its last stage is " + std::string(to_string(boot.stage)))
            .with_cure("look at its console; power it off and on");
    }
    if (boot.boot_file) return lost_with_boot_file(boot, silence);
    if (boot.address) {
        return Error(ErrorCode::timed_out,
                     silence + "it was given its address, but no agent spoke: the boot file was "
                               "not loaded, its kernel did not start, or the agent found no "
                               "network")
            .with_cure("'dim dhcp show' tells its boot file; " + std::string(kConsoleTells) +
                       std::string(kSecureBootTells));
    }
    return Error(ErrorCode::timed_out, silence + "it asked for an address and took none")
        .with_cure("'dim status' tells whether dhcpd runs; check the network");
}

}  // namespace dim::server
