#include "libdim/changeset/read_paths.hpp"

#include "libdim/manifest/escaped_text.hpp"
#include "libdim/manifest/open_parents.hpp"
#include "libdim/manifest/read_entry.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace dim::changeset {

using manifest::Entry;
using manifest::Manifest;
using manifest::parent_of;
using manifest::ReadEntry;

namespace {

/// With the size of the largest file that is read there.
std::map<std::string_view, std::uint64_t> paths_of(const Outline& outline) {
    std::map<std::string_view, std::uint64_t> paths;
    for (const Manifest* manifest : {&outline.older, &outline.newer}) {
        for (const Entry& entry : manifest->entries) {
            std::uint64_t& largest = paths.try_emplace(entry.path, kAlwaysRead).first->second;
            largest = std::max(largest, entry.size);
        }
    }
    return paths;
}

Error is_mounted(std::string_view path) {
    return Error(ErrorCode::conflict, "another file system is mounted at " + manifest::escape(path))
        .with_cure("unmount it, or apply a changeset of that part to it alone");
}

/// None where there is no such directory, or what is above it is none. Errors: conflict when it is
/// not on the file system of ROOT.
Result<std::optional<sys::Fd>> open_parent(const sys::Fd& root, std::string_view parent) {
    if (parent.empty()) {
        DIM_TRY(sys::Fd same, sys::dup(root));
        return same;
    }
    auto opened = sys::open_beneath(root, parent, O_RDONLY | O_DIRECTORY);
    if (opened) {
        DIM_TRY(const sys::FileStatus of_root, sys::fstat(root));
        DIM_TRY(const sys::FileStatus status, sys::fstat(*opened));
        if (status.device != of_root.device) return fail(is_mounted(parent));
        return *std::move(opened);
    }
    if (manifest::is_no_directory(opened.error())) return std::nullopt;
    return fail(std::move(opened).error().with_context(manifest::escape(parent)));
}

/// Numbers the link groups, which INODES has by (device, inode).
void name_links(Manifest& manifest,
                const std::vector<std::pair<std::uint64_t, std::uint64_t>>& inodes) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> names;
    for (std::size_t i = 0; i < inodes.size(); ++i)
        if (manifest.entries[i].type != manifest::EntryType::directory) ++names[inodes[i]];
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> groups;
    for (std::size_t i = 0; i < inodes.size(); ++i) {
        Entry& entry = manifest.entries[i];
        if (entry.type == manifest::EntryType::directory || names.at(inodes[i]) < 2) continue;
        const auto next = static_cast<std::uint32_t>(groups.size() + 1);
        entry.link_group = groups.try_emplace(inodes[i], next).first->second;
    }
}

}  // namespace

Result<PathsRead> read_paths(const sys::Fd& root, const Outline& outline,
                             const KnownContents& known) {
    DIM_TRY(const sys::FileStatus status, sys::fstat(root));
    PathsRead found;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> inodes;
    std::optional<std::string_view> open_path;
    std::optional<sys::Fd> parent;
    for (const auto& [path, largest] : paths_of(outline)) {
        std::optional<ReadEntry> read;
        if (path.empty()) {
            DIM_TRY(read, manifest::read_root(root));
        } else {
            const std::string_view above = parent_of(path);
            if (above != open_path) {
                DIM_TRY(parent, open_parent(root, above));
                open_path = above;
            }
            if (!parent) continue;
            const std::string name(path.substr(above.empty() ? 0 : above.size() + 1));
            const std::string text(path);
            DIM_TRY(read, manifest::read_entry(*parent, name, text, status.device,
                                               manifest::Content::read, largest,
                                               known ? known(text) : nullptr));
        }
        if (!read) continue;
        if (read->status.device != status.device) return fail(is_mounted(path));
        inodes.emplace_back(read->status.device, read->status.inode);
        found.seen.add(*read);
        found.manifest.entries.push_back(std::move(read->entry));
    }
    name_links(found.manifest, inodes);
    return found;
}

Result<std::vector<std::string>> names_that_would_go(const sys::Fd& root, const Outline& outline) {
    std::set<std::string_view> known;
    std::map<std::string_view, std::size_t> known_in;
    for (const Entry& entry : outline.older.entries) {
        known.insert(entry.path);
        ++known_in[parent_of(entry.path)];
    }
    std::set<std::string_view> staying;
    for (const Entry& entry : outline.newer.entries)
        if (entry.type == manifest::EntryType::directory) staying.insert(entry.path);
    std::vector<std::string> names;
    for (const Entry& entry : outline.older.entries) {
        if (entry.type != manifest::EntryType::directory || staying.contains(entry.path)) continue;
        DIM_TRY(const auto directory, open_parent(root, entry.path));
        if (!directory) continue;
        // Whoever writes to the tree may have filled it.
        auto found = sys::first_names(*directory, known_in[entry.path] + kNamesThatWouldGo);
        if (!found)
            return fail(std::move(found).error().with_context(manifest::escape(entry.path)));
        std::ranges::sort(*found);
        for (const std::string& name : *found)
            if (std::string path = entry.path + "/" + name; !known.contains(path))
                names.push_back(std::move(path));
    }
    return names;
}

}  // namespace dim::changeset
