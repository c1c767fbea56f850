#include "libdim/manifest/manifest.hpp"

#include <algorithm>
#include <utility>

namespace dim::manifest {

std::string_view to_string(EntryType type) {
    switch (type) {
        case EntryType::file: return "file";
        case EntryType::directory: return "directory";
        case EntryType::symlink: return "symlink";
        case EntryType::block_device: return "block device";
        case EntryType::character_device: return "character device";
        case EntryType::fifo: return "fifo";
        case EntryType::socket: return "socket";
    }
    std::unreachable();
}

Totals totals(const Manifest& manifest) {
    Totals sum{.entries = manifest.entries.size(), .files = 0, .bytes = 0};
    std::uint32_t last_group = 0;
    for (const Entry& entry : manifest.entries) {
        const bool is_known = entry.link_group != 0 && entry.link_group <= last_group;
        last_group = std::max(last_group, entry.link_group);
        if (entry.type != EntryType::file || is_known) continue;
        sum.files += 1;
        sum.bytes += entry.size;
    }
    return sum;
}

}  // namespace dim::manifest
