#pragma once

#include "imageserver/boot/boot_record.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace dim::server {

/// That the blade's management module says that it has no power.
struct SeenOff {
    model::Timestamp since;  ///< when that was first seen
    std::int64_t asked_us;   ///< the newest such answer, on the server's CLOCK_BOOTTIME
    bool operator==(const SeenOff&) const = default;
};
/// How long an answer of a module counts.
inline constexpr std::chrono::minutes kOffIsKnownFor{5};

/// What the state of a blade is made of.
struct BladeFacts {
    const cluster::Blade& blade;
    model::Ipv4Address address;  ///< on the bootnet
    std::optional<model::ImageName> assigned;
    std::optional<BootRecord> boot;  ///< the newest
    std::optional<std::string> mac_source = {};
    std::optional<SeenOff> seen_off = {};
    std::optional<api::BootFile> boot_file = {};  ///< what its next boot loads
};

/// Whether a blade is off at NOW: its module said so not long ago, and it has not been heard since.
/// BOOT: its newest, or nullptr.
bool is_off(const std::optional<SeenOff>& seen_off, const BootRecord* boot, Moment now);

/// Whether it may be using its image.
bool is_up(model::BladeState state);

/// What is known of a blade at NOW. Silence before LISTENING_SINCE was our own deafness.
/// Times of records that were kept while the clock was ahead are told as NOW.
api::BladeStatus blade_status(const BladeFacts& facts, Moment now, Moment listening_since);

}  // namespace dim::server
