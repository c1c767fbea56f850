#pragma once

#include "libdim/sys/file.hpp"
#include "libdim/sys/file_attributes.hpp"
#include "libdim/tls/sha256.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

enum class EntryType { file, directory, symlink, block_device, character_device, fifo, socket };

/// "file", "directory", "symlink", "block device", "character device", "fifo", "socket"
std::string_view to_string(EntryType type);

/// One name in a tree, and all there is to know of what it names. What a type does not have is as
/// in a new Entry.
struct Entry {
    /// Bytes, below the tree's root: "usr/bin/env"; empty is the root itself. No NUL, no empty
    /// component, no "." and "..".
    std::string path;
    EntryType type = EntryType::file;
    std::uint32_t mode = 0;  ///< the permissions, 0 to 07777
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    sys::FileTime modified;
    std::uint64_t size = 0;          ///< of a file, in bytes
    tls::Sha256Digest sha256{};      ///< of a file's content
    std::uint32_t device_major = 0;  ///< of a device
    std::uint32_t device_minor = 0;
    std::string target;  ///< of a symlink, as it says
    /// Names of one file in this tree have the same number; 0: it has no other name in it.
    std::uint32_t link_group = 0;
    sys::ExtendedAttributes attributes;

    bool operator==(const Entry&) const = default;
};

/// What a tree holds.
struct Manifest {
    /// By the bytes of their paths, the root first, none twice. Link groups are numbered from 1 as
    /// they come, and have two entries at least, which differ in nothing but their paths.
    std::vector<Entry> entries;

    bool operator==(const Manifest&) const = default;
};

/// How much that is.
struct Totals {
    std::uint64_t entries = 0;
    std::uint64_t files = 0;  ///< with content; a file of several names counts once
    std::uint64_t bytes = 0;  ///< their content

    bool operator==(const Totals&) const = default;
};
Totals totals(const Manifest& manifest);

}  // namespace dim::manifest
