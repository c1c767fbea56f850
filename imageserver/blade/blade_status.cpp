#include "imageserver/blade/blade_status.hpp"

#include "imageserver/blade/next_kernel.hpp"
#include "imageserver/boot/server_observations.hpp"

#include <algorithm>
#include <chrono>

namespace dim::server {

namespace {

using model::BladeState;
using model::Timestamp;

std::optional<double> seconds_between(const std::optional<Timestamp>& from,
                                      const std::optional<Timestamp>& to) {
    if (!from || !to || *to < *from) return std::nullopt;
    return static_cast<double>(to->microseconds() - from->microseconds()) / 1e6;
}

std::optional<std::string> text_or_nothing(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

void explain(api::BladeStatus& status, const Error& reason) {
    status.cause = reason.message();
    status.cure = text_or_nothing(reason.cure());
}

BladeState state_of(const BootRecord& boot, bool is_lost) {
    if (is_lost) return BladeState::lost;
    if (boot.has_failed) return BladeState::failed;
    if (boot.running) return BladeState::running;
    return boot.kernel ? BladeState::booting : BladeState::firmware;
}

Timestamp begin_of(BladeState state, const BootRecord& boot, Timestamp now) {
    switch (state) {
        case BladeState::unseen: return now;
        case BladeState::firmware: return boot.firmware.value_or(boot.stage_since);
        case BladeState::booting: return boot.kernel.value_or(boot.stage_since);
        case BladeState::running: return boot.running.value_or(boot.stage_since);
        case BladeState::failed: return boot.failure ? boot.failure->since : boot.stage_since;
        case BladeState::lost: return boot.lost.value_or(now);
        case BladeState::off: return now;
    }
    return now;
}

void explain_state(api::BladeStatus& status, const BladeFacts& facts) {
    const BootRecord& boot = *facts.boot;
    if (status.state == BladeState::lost) return explain(status, lost_reason(boot));
    if (boot.failure && boot.has_failed) {
        status.stage = boot.failure->stage;
        status.cause = boot.failure->cause;
        status.cure = text_or_nothing(boot.failure->cure);
    } else if (boot.failure) {
        // It tries again: what went wrong is worth knowing still.
        status.cause = "attempt " + std::to_string(boot.failure->attempt) + " failed at " +
                       std::string(to_string(boot.failure->stage)) + ": " + boot.failure->cause;
        status.cure = text_or_nothing(boot.failure->cure);
    } else if (status.state == BladeState::firmware && !facts.assigned) {
        status.cause = "no image is assigned to it: it is given an address, but no boot file";
        status.cure = "dim dhcp assign " + to_string(facts.blade.name) + " IMAGE";
    }
}

}  // namespace

bool is_off(const std::optional<SeenOff>& seen_off, const BootRecord* boot, Moment now) {
    if (!seen_off) return false;
    const std::chrono::microseconds age(now.uptime_us - seen_off->asked_us);
    if (age < age.zero() || age > kOffIsKnownFor) return false;
    return boot == nullptr || since_heard(*boot, now) > age;
}

bool is_up(BladeState state) {
    return state == BladeState::running || state == BladeState::booting;
}

api::BladeStatus blade_status(const BladeFacts& facts, Moment now, Moment listening_since) {
    api::BladeStatus status{.name = facts.blade.name,
                            .type = facts.blade.type,
                            .platform = facts.blade.platform,
                            .mac = facts.blade.mac,
                            .mac_source = facts.mac_source,
                            .address = facts.address,
                            .image = facts.assigned,
                            .generation = {},
                            .state = BladeState::unseen,
                            .stage = {},
                            .cause = {},
                            .cure = {},
                            .since = {},
                            .last_heard = {},
                            .age_seconds = {},
                            .seconds = {},
                            .kernel = {},
                            .next_kernel = {}};
    const bool has_no_power = is_off(facts.seen_off, facts.boot ? &*facts.boot : nullptr, now);
    if (has_no_power) {
        status.state = BladeState::off;
        status.since = std::min(facts.seen_off->since, now.time);
    }
    if (!facts.boot) return status;
    const BootRecord& boot = *facts.boot;
    status.last_heard = std::min(boot.last_heard, now.time);
    status.age_seconds = std::chrono::duration<double>(since_heard(boot, now)).count();
    if (has_no_power) return status;
    const bool is_lost = boot.lost || is_silent(boot, now, listening_since);
    status.state = state_of(boot, is_lost);
    // What runs, not what will after the next boot.
    if (boot.image) status.image = boot.image;
    status.generation = boot.generation;
    status.stage = boot.stage;
    status.since = std::min(begin_of(status.state, boot, now), now.time);
    status.seconds = {.firmware = seconds_between(boot.firmware, boot.kernel),
                      .kernel = seconds_between(boot.kernel, boot.agent),
                      .agent = seconds_between(boot.agent, boot.exec),
                      .init = seconds_between(boot.exec, boot.running)};
    const auto other = facts.boot_file ? other_kernel(boot, *facts.boot_file) : std::nullopt;
    if (other && status.state == BladeState::running) {
        status.kernel = other->runs;
        status.next_kernel = other->next;
    }
    explain_state(status, facts);
    return status;
}

}  // namespace dim::server
