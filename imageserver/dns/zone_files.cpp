#include "imageserver/dns/zone_files.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <limits>

namespace dim::server {

namespace {

constexpr std::string_view kSuffix = ".zone";
constexpr std::size_t kZoneLimit = std::size_t{64} << 20;

}  // namespace

std::string ZoneFiles::path(const std::string& zone, std::uint32_t serial) const {
    return directory_ + "/" + zone + "." + std::to_string(serial) + std::string(kSuffix);
}

ZoneFiles::Written ZoneFiles::named(std::span<const render::DnsZone> zones,
                                    std::uint32_t serial) const {
    Written written{.serial = serial, .files = {}};
    for (const render::DnsZone& zone : zones)
        written.files.push_back({zone.name, path(zone.name, serial)});
    return written;
}

bool ZoneFiles::are_written(std::span<const render::DnsZone> zones, const Written& files) const {
    for (std::size_t at = 0; at < zones.size(); ++at) {
        const auto text = sys::read_file(files.files[at].path, kZoneLimit);
        if (!text || *text != zones[at].text) return false;
    }
    return true;
}

Result<std::uint32_t> ZoneFiles::next_serial() const {
    const std::string last_path = directory_ + "/last-serial";
    const Result<std::string> text = sys::read_file(last_path);
    std::int64_t last = 0;
    if (text) {
        DIM_TRY(last, parse_number<std::int64_t>(trim(*text), 0));
    } else if (text.error().code() != ErrorCode::not_found) {
        return fail(text.error());
    }
    const std::int64_t next = std::max(last + 1, now_());
    if (next > std::numeric_limits<std::uint32_t>::max() || next < 1)
        return fail(Error(ErrorCode::conflict, "there is no serial number left for the DNS zones")
                        .with_cure("set the clock, then remove " + last_path));
    // Noted before its first use: whatever we are killed in, it is not used for anything else.
    DIM_CHECK(sys::write_file_atomically(last_path, std::to_string(next) + "\n"));
    return static_cast<std::uint32_t>(next);
}

std::optional<ZoneFiles::Written> ZoneFiles::current(const Render& render,
                                                     std::uint32_t in_force) const {
    const std::vector<render::DnsZone> zones = render(in_force);
    Written written = named(zones, in_force);
    return are_written(zones, written) ? std::optional(std::move(written)) : std::nullopt;
}

Result<ZoneFiles::Written> ZoneFiles::write(const Render& render,
                                            std::optional<std::uint32_t> in_force) const {
    if (in_force) {
        if (auto written = current(render, *in_force)) return *std::move(written);
    }
    DIM_TRY(const std::uint32_t serial, next_serial());
    const std::vector<render::DnsZone> zones = render(serial);
    Written written = named(zones, serial);
    for (std::size_t at = 0; at < zones.size(); ++at) {
        DIM_CHECK(sys::check_name(zones[at].name));
        DIM_CHECK(sys::write_file_atomically(written.files[at].path, zones[at].text));
    }
    return written;
}

Result<void> ZoneFiles::remove_all_but(std::uint32_t serial) const {
    const std::string kept = "." + std::to_string(serial) + std::string(kSuffix);
    DIM_TRY(const auto names, sys::list_names(directory_));
    for (const std::string& name : names)
        if (name.ends_with(kSuffix) && !name.ends_with(kept))
            DIM_CHECK(sys::unlink(directory_ + "/" + name));
    return {};
}

}  // namespace dim::server
