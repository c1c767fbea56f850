#include "tools/zone_files.hpp"

#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"

#include <algorithm>

namespace dim::tool {

namespace {

constexpr std::string_view kForward = "forward";
constexpr std::string_view kReverse = "reverse";

/// ", NAME" for each of the first few, and how many there are.
std::string list_names(std::span<const render::DnsZone> zones) {
    constexpr std::size_t kMostZones = 8;
    std::string names;
    for (const render::DnsZone& zone : zones.first(std::min(zones.size(), kMostZones)))
        names += ", " + zone.name;
    if (zones.size() > kMostZones)
        names += "… (" + std::to_string(zones.size()) + " reverse zones)";
    return names;
}

}  // namespace

Result<std::vector<render::DnsZone>> render_zones(const cluster::Definition& definition,
                                                  std::string_view which,
                                                  const model::ComponentName& name_server,
                                                  std::uint32_t serial) {
    using Zones = std::vector<render::DnsZone>;
    if (which == kHostsFile)
        return Zones{{std::string(kHostsFile), render::render_hosts_file(definition)}};
    if (which == kReverse) return render::render_reverse_zones(definition, name_server, serial);
    if (which == kForward || which == definition.domain)
        return Zones{render::render_forward_zone(definition, name_server, serial)};
    Zones zones = render::render_reverse_zones(definition, name_server, serial);
    const auto found = std::ranges::find(zones, which, &render::DnsZone::name);
    if (found != zones.end()) return Zones{std::move(*found)};
    return fail(
        Error(ErrorCode::not_found, "there is no zone '" + std::string(which) + "'")
            .with_cure("forward, reverse, hosts, " + definition.domain + list_names(zones)));
}

std::string zones_text(std::span<const render::DnsZone> zones) {
    if (zones.size() == 1) return zones.front().text;
    std::string text;
    for (const render::DnsZone& zone : zones)
        text += "; zone " + zone.name + "\n$ORIGIN " + zone.name + ".\n" + zone.text + '\n';
    return text;
}

Result<std::vector<std::string>> write_zone_files(std::span<const render::DnsZone> zones,
                                                  const std::string& directory) {
    DIM_CHECK(sys::ensure_directory(directory));
    std::vector<std::string> paths;
    for (const render::DnsZone& zone : zones) {
        DIM_CHECK(sys::check_name(zone.name));
        std::string path = directory + '/' + zone.name;
        DIM_CHECK(sys::write_file_atomically(path, zone.text));
        paths.push_back(std::move(path));
    }
    return paths;
}

}  // namespace dim::tool
