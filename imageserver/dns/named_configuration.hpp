#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dim::server {

/// A zone that named serves, and the file it is in.
struct ZoneFile {
    std::string zone;
    std::string path;
};

/// The named.conf of BIND 9.18 for ZONES, asked for on ADDRESS only: no recursion, no transfers, no
/// control channel. It names SERIAL in a comment, for zone_serial. Errors: invalid_input for a name
/// or path that cannot stand between quotes.
Result<std::string> render_named_configuration(model::Ipv4Address address, std::uint16_t port,
                                               const std::string& directory, std::uint32_t serial,
                                               std::span<const ZoneFile> zones);

/// The serial that a text of render_named_configuration was made for; nothing for another text.
std::optional<std::uint32_t> zone_serial(std::string_view configuration);

}  // namespace dim::server
