#pragma once

#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/sys/tree_filter.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace dim::sys {

/// What a tree needs on another file system.
struct TreeSize {
    std::uint64_t entries = 0;  ///< inodes; a file with several names counts once a name
    std::uint64_t bytes = 0;    ///< data in blocks of 4 KiB, holes not counted

    TreeSize& operator+=(const TreeSize& other) {
        entries += other.entries;
        bytes += other.bytes;
        return *this;
    }
    bool operator==(const TreeSize&) const = default;
};

/// What did not hold still while a tree was copied.
struct UnsteadyFiles {
    std::uint64_t vanished = 0;  ///< were there when their directory was read; they are left out
    std::uint64_t changed = 0;   ///< were written to while they were copied, each time again
    std::vector<std::string> changed_paths;  ///< the first of these

    UnsteadyFiles& operator+=(const UnsteadyFiles& other);
};

/// Of NAME in directory PARENT with all below it that FILTER leaves. What vanishes meanwhile is not
/// counted.
Result<TreeSize> measure_tree(const Fd& parent, const std::string& name,
                              const TreeFilter& filter = {});

/// Copies NAME of directory FROM, which is no directory, as TO_NAME of TO, where there is none yet:
/// content, owner, permissions, times, attributes, holes. Errors: conflict for a directory.
Result<void> copy_node(const Fd& from, const std::string& name, const Fd& to,
                       const std::string& to_name);

/// Copies files and directories faithfully: owners, permissions, times to the nanosecond, extended
/// attributes (so ACLs and capabilities too), holes, hard links, device nodes, FIFOs and sockets.
/// Links are copied, never followed. The source may be in use: what vanishes is left out, a file
/// that changes is read again a few times; unsteady() tells of both. Needs root.
class TreeCopy {
public:
    /// PROGRESS, if any, hears after each entry how many there were.
    TreeCopy(Fd destination, std::function<void(std::uint64_t entries)> progress,
             TreeFilter filter = {});

    /// NAME of the directory SOURCE becomes NAME in the destination, where it must not be yet.
    /// Nothing is done when the filter leaves it out. Errors name the path below SOURCE; not_found
    /// when there is no NAME, limit_exceeded when the destination is full.
    Result<void> copy(const Fd& source, const std::string& name);
    /// The directory NAME without anything in it.
    Result<void> copy_directory_only(const Fd& source, const std::string& name);
    /// Owner, permissions, times and attributes of the directory SOURCE for the destination itself.
    Result<void> copy_own_attributes(const Fd& source);

    const UnsteadyFiles& unsteady() const { return unsteady_; }

private:
    Result<void> copy_entry(const Fd& from, const std::string& name, const Fd& to,
                            const std::string& path, dev_t device, int depth);
    Result<void> copy_directory(const Fd& from, const std::string& name, const Fd& to,
                                const std::string& path, dev_t device, int depth);
    /// What is no directory; STATUS becomes that of what was copied.
    Result<void> copy_other(const Fd& from, const std::string& name, const Fd& to,
                            const std::string& path, struct stat& status);

    Fd destination_;
    std::function<void(std::uint64_t)> progress_;
    TreeFilter filter_;
    UnsteadyFiles unsteady_;
    std::uint64_t entries_ = 0;
    /// Where the first name of a file with several was put, below the destination.
    std::map<std::pair<dev_t, ino_t>, std::string> linked_;
};

}  // namespace dim::sys
