#pragma once

#include "libdim/render/dns_zones.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::tool {

/// WHICH for the text of /etc/hosts.
inline constexpr std::string_view kHostsFile = "hosts";

/// What WHICH stands for: "forward", "reverse", "hosts" (the text of /etc/hosts, named so), or the
/// name of one zone. Errors: not_found, with the zones there are.
Result<std::vector<render::DnsZone>> render_zones(const cluster::Definition& definition,
                                                  std::string_view which,
                                                  const model::ComponentName& name_server,
                                                  std::uint32_t serial);

/// For people: one zone as it is, several each after "; zone NAME" and its $ORIGIN.
std::string zones_text(std::span<const render::DnsZone> zones);

/// One file a zone, named like it, in DIRECTORY, which is made if it is missing. Each file is
/// replaced whole. Returns the paths.
Result<std::vector<std::string>> write_zone_files(std::span<const render::DnsZone> zones,
                                                  const std::string& directory);

}  // namespace dim::tool
