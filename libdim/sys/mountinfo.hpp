#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::sys {

inline constexpr std::size_t kMountsLimit = 100'000;

/// One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)); octal escapes are decoded.
struct MountEntry {
    std::uint32_t id = 0;
    std::uint32_t parent = 0;
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::string root;     ///< what part of the file system is mounted
    std::string target;   ///< the mount point
    std::string options;  ///< of the mount: "rw,relatime"
    std::string type;     ///< "nfs4", "ext4"
    std::string source;
    std::string super_options;  ///< of the file system

    bool operator==(const MountEntry&) const = default;
};

/// Errors: invalid_input, naming the line.
Result<std::vector<MountEntry>> parse_mountinfo(std::string_view text);
/// The mount that PATH, absolute and without links, leads into from "/": the uppermost where one
/// lies over another. nullptr when nothing is mounted at "/".
const MountEntry* visible_mount(std::span<const MountEntry> entries, std::string_view path);
/// What can be reached of the mounts that lie directly in MOUNT, below its root; what lies in those
/// in turn is not listed. One of each mount point.
std::vector<MountEntry> visible_mounts_in(std::span<const MountEntry> entries,
                                          const MountEntry& mount);

/// A line that parse_mountinfo reads back to an equal entry (optional fields are not kept).
std::string to_string(const MountEntry& entry);

/// Whether anything was mounted or unmounted since MOUNTINFO, /proc/self/mountinfo, was opened or
/// this was last asked (proc_pid_mountinfo(5)).
Result<bool> has_mount_changed(const Fd& mountinfo);

}  // namespace dim::sys
