#pragma once

#include "libdim/base/result.hpp"
#include "libdim/manifest/manifest.hpp"
#include "libdim/manifest/seen_paths.hpp"
#include "libdim/sys/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::manifest {

/// What is to be done so that a tree that holds one manifest holds another. What need not change
/// keeps its inode; another mode or owner is a new inode, too, so that whoever has the old one open
/// sees no change. Has pointers into both manifests.
struct TreeChange {
    struct Put {
        const Entry* entry;
        /// An unchanged name of the same file; empty when there is none before this.
        std::string_view link_to;
        bool is_replacing;  ///< of another type than what is there, and one of both is a directory
    };
    std::vector<Put> puts;              ///< new or different, but for directories that are there
    std::vector<const Entry*> lost;     ///< of the old manifest: files that are replaced or removed
    std::vector<const Entry*> removed;  ///< of the old manifest: names that are no more
    std::vector<const Entry*> directories;  ///< of the new one: whose attributes are to be set

    bool is_empty() const { return puts.empty() && removed.empty() && directories.empty(); }
};
TreeChange plan_change(const Manifest& have, const Manifest& want);

/// Where a tree gets the files from that it is to have; never directories.
class FileSource {
public:
    virtual ~FileSource() = default;
    /// Makes NAME in DIRECTORY, where there is none, what ENTRY says: a new file or another name of
    /// one. Errors: not_found when the source has no such path.
    virtual Result<void> provide(const Entry& entry, const sys::Fd& directory,
                                 const std::string& name) = 0;
    /// What was provided since the last call is about to take its place: for a source that sees to
    /// it that whatever is in a place is on the device, when the power fails too.
    virtual Result<void> settle() { return {}; }
    /// So many files wait for that together, kMostWaiting at most. A source for which more than one
    /// waits gives new files only, no names of others.
    virtual std::size_t most_waiting() const { return 1; }
    /// Whether contents are what entries say, since nobody else writes to them; else they are read
    /// again where they came to.
    virtual bool is_exact() const { return false; }
};
/// The names of those that wait have numbers.
inline constexpr std::size_t kMostWaiting = 65'536;

/// Trees in which files have the paths that they shall have; the first that has one counts.
class TreeSource final : public FileSource {
public:
    enum class Take {
        copies,  ///< new files
        links,   ///< other names of the same files; copies where those cannot be made
    };
    TreeSource(std::vector<sys::Fd> roots, Take take) : roots_(std::move(roots)), take_(take) {}
    Result<void> provide(const Entry& entry, const sys::Fd& directory,
                         const std::string& name) override;

private:
    std::vector<sys::Fd> roots_;
    Take take_;
};

/// Gives the directory KEEP every file below ROOT that CHANGE loses, at the same path: another name
/// of it, or a copy on another file system. Nothing is synced. Errors name the path, escaped.
Result<void> keep_lost(const TreeChange& change, const sys::Fd& root, const sys::Fd& keep);

/// Carries CHANGE out below ROOT. Interrupted at any point, each file is as it was, as it shall be,
/// or not there; scan_tree tells. PROGRESS, if any, hears after each of CHANGE.puts how many there
/// were. Nothing is synced. Errors name the path, escaped: limit_exceeded when a file system is
/// full; not_found when SOURCE lacks a path. SEEN: somebody else writes to the tree; what is not as
/// it was seen when CHANGE was planned is left as it is, and noted there. Without: whatever is in
/// the way is removed.
Result<void> carry_out(const TreeChange& change, const sys::Fd& root, FileSource& source,
                       const std::function<void(std::uint64_t puts)>& progress,
                       SeenPaths* seen = nullptr);

/// Removes what a carry_out() that was killed left of files it had not finished, in the directories
/// that what is WANTED is in.
Result<void> remove_unfinished(const sys::Fd& root, const Manifest& wanted);

/// Numbers the link groups of a part of a manifest among themselves.
void renumber_links(Manifest& part);

/// The entries that IS_WANTED, with link groups among themselves.
Manifest select_entries(const Manifest& manifest,
                        const std::function<bool(const Entry&)>& is_wanted);

}  // namespace dim::manifest
