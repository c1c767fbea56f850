#include "libdim/manifest/seen_paths.hpp"

#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/file_attributes.hpp"

#include <cstdint>
#include <cstdlib>
#include <sys/stat.h>
#include <utility>

namespace dim::manifest {

namespace {

std::int64_t microseconds_of(const sys::FileTime& time) {
    return time.seconds * 1'000'000 + time.nanoseconds / 1000;
}

}  // namespace

void SeenPaths::add(const ReadEntry& read) {
    const sys::FileStatus& status = read.status;
    // A time that lies far ahead is of a clock that was wrong.
    const std::int64_t age = microseconds_of(read.looked) - microseconds_of(status.changed);
    Seen seen{.status = status, .attributes = {}, .is_fresh = std::abs(age) < kClockResolutionUs};
    if (S_ISDIR(status.mode)) seen.attributes = read.entry.attributes;
    seen_.insert_or_assign(read.entry.path, std::move(seen));
}

bool SeenPaths::is_same(const Seen& seen, const sys::FileStatus& now) {
    const sys::FileStatus& then = seen.status;
    if (then.inode != now.inode || S_ISDIR(then.mode) != S_ISDIR(now.mode)) return false;
    if (S_ISDIR(then.mode)) return true;
    if (seen.is_fresh) return false;
    // Of a file with other names the time changes, too, when one of those is taken away.
    if (then.links > 1)
        return then.modified == now.modified && then.size == now.size && then.mode == now.mode &&
               then.owner == now.owner && then.group == now.group;
    return then.changed == now.changed;
}

Result<bool> SeenPaths::is_as_seen(std::string_view path, const sys::Fd& directory,
                                   const std::string& name) const {
    const auto found = seen_.find(path);
    const auto status = sys::fstatat(directory, name);
    if (!status && status.error().code() != ErrorCode::not_found) return fail(status.error());
    if (!status || found == seen_.end()) return !status && found == seen_.end();
    return is_same(found->second, *status);
}

Result<bool> SeenPaths::has_seen_attributes(std::string_view path, const sys::Fd& directory) const {
    const auto found = seen_.find(path);
    if (found == seen_.end()) return true;
    const sys::FileStatus& then = found->second.status;
    DIM_TRY(const sys::FileStatus now, sys::fstat(directory));
    // Made by whoever changes the tree.
    if (!S_ISDIR(then.mode) || then.inode != now.inode) return true;
    if (then.mode != now.mode || then.owner != now.owner || then.group != now.group) return false;
    DIM_TRY(const auto attributes, sys::extended_attributes(directory));
    return attributes == found->second.attributes;
}

bool SeenPaths::is_left(std::string_view path) const {
    if (left_.empty()) return false;
    for (; !path.empty(); path = parent_of(path))
        if (left_.contains(path)) return true;
    return false;
}

}  // namespace dim::manifest
