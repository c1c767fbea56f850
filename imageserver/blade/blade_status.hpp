#pragma once

#include "imageserver/boot/boot_record.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <optional>

namespace dim::server {

/// What the state of a blade is made of.
struct BladeFacts {
    const cluster::Blade& blade;
    model::Ipv4Address address;  ///< on the bootnet
    std::optional<model::ImageName> assigned;
    std::optional<BootRecord> boot;  ///< the newest
    std::optional<std::string> mac_source = {};
};

/// Whether it may be using its image.
bool is_up(model::BladeState state);

/// What is known of a blade at NOW. Silence before LISTENING_SINCE was our own deafness.
/// Times of records that were kept while the clock was ahead are told as NOW.
api::BladeStatus blade_status(const BladeFacts& facts, Moment now, Moment listening_since);

}  // namespace dim::server
