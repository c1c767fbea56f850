#pragma once

#include "imageserver/dns/named_configuration.hpp"
#include "libdim/render/dns_zones.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dim::server {

/// The zones of one directory in files whose names have their serial, so that none is ever changed
/// once a name server may have read it. Not for several threads.
class ZoneFiles {
public:
    /// Renders all zones with a serial.
    using Render = std::function<std::vector<render::DnsZone>(std::uint32_t serial)>;

    /// DIRECTORY exists. NOW: seconds since 1970.
    ZoneFiles(std::string directory, std::function<std::int64_t()> now)
        : directory_(std::move(directory)), now_(std::move(now)) {}

    struct Written {
        std::uint32_t serial;
        std::vector<ZoneFile> files;
    };
    /// The files with what RENDER says: those of IN_FORCE when they say it already, else new ones
    /// with a serial that no earlier ones had, whenever we are killed. Errors: invalid_input when a
    /// zone's name cannot be a file's; conflict when there are no more serials (in 2106).
    Result<Written> write(const Render& render, std::optional<std::uint32_t> in_force) const;
    /// The files of IN_FORCE if they say what RENDER says; nothing else. Reads only.
    std::optional<Written> current(const Render& render, std::uint32_t in_force) const;
    /// Removes the files of other serials.
    Result<void> remove_all_but(std::uint32_t serial) const;

private:
    std::string path(const std::string& zone, std::uint32_t serial) const;
    Written named(std::span<const render::DnsZone> zones, std::uint32_t serial) const;
    bool are_written(std::span<const render::DnsZone> zones, const Written& files) const;
    Result<std::uint32_t> next_serial() const;

    std::string directory_;
    std::function<std::int64_t()> now_;
};

}  // namespace dim::server
