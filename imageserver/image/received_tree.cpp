#include "imageserver/image/received_tree.hpp"

#include "imageserver/image/disk_space.hpp"
#include "libdim/changeset/apply_changeset.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file_attributes.hpp"

#include <set>
#include <string>
#include <string_view>

namespace dim::server {

using manifest::Entry;
using manifest::Manifest;

namespace {

std::uint64_t bytes_of(const Manifest& manifest) { return totals(manifest).bytes; }

/// What of the older tree OUTLINE names, and all directories that it is in.
Manifest named_parts(const changeset::Outline& outline, const Manifest& older) {
    std::set<std::string_view> directories;
    std::set<std::string_view> named;
    for (const Manifest* manifest : {&outline.older, &outline.newer}) {
        for (const Entry& entry : manifest->entries) {
            named.insert(entry.path);
            const std::string_view path = entry.path;
            for (std::size_t slash = path.rfind('/'); slash != path.npos && slash != 0;
                 slash = path.rfind('/', slash - 1))
                directories.insert(path.substr(0, slash));
        }
    }
    return select_entries(older, [&](const Entry& entry) {
        return named.contains(entry.path) || directories.contains(entry.path);
    });
}

/// What changes as it was, and the root's attributes.
Result<void> lay_out(const changeset::Outline& outline, GenerationTree* older,
                     const sys::Fd& root) {
    const Entry& top = outline.older.entries.front();
    if (older != nullptr) {
        const Manifest parts = named_parts(outline, older->manifest());
        const Manifest nothing{{parts.entries.front()}};
        DIM_CHECK(manifest::carry_out(plan_change(nothing, parts), root, *older, {}));
    }
    return sys::replace_attributes(root, {.mode = top.mode,
                                          .owner = top.owner,
                                          .group = top.group,
                                          .modified = top.modified,
                                          .extended = top.attributes});
}

}  // namespace

Result<MasterTree> unpack_changeset(const changeset::Outline& outline, const sys::Fd& changeset,
                                    GenerationTree* older, const model::ImageName& image,
                                    const ImagePaths& paths, const Progress& progress) {
    DIM_CHECK(discard_captured(image, paths));
    DIM_CHECK(check_space(paths.images(), bytes_of(outline.older) + bytes_of(outline.newer)));
    const std::string staging = paths.captured(image);
    DIM_CHECK(sys::mkdir(staging, 0700));
    Master master = Master::unpacked(staging);
    DIM_CHECK(sys::mkdir(master.directory(), 0755));
    DIM_TRY(sys::Fd root, sys::open_directory(master.directory()));
    DIM_CHECK(lay_out(outline, older, root));
    DIM_TRY([[maybe_unused]] const auto standing, changeset::apply(changeset, root, progress));
    return MasterTree{std::move(master), std::move(root)};
}

}  // namespace dim::server
