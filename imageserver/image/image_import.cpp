#include "imageserver/image/image_import.hpp"

#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/tree_record.hpp"
#include "imageserver/service/pace.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/byte_size.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace dim::server {

namespace {

// A new ext4's own tables and its journal, generously.
constexpr std::uint64_t kOverhead = std::uint64_t{8} << 20;
constexpr std::uint64_t kBytesPerInode = 16 * 1024;
// In the ext4, and in manifest and cache.
constexpr std::uint64_t kBytesPerEntry = 256 + 256;

/// A tree that is being imported: its entries, and how large each side is.
struct Source {
    sys::Fd root;
    std::vector<std::string> shared;
    std::vector<std::string> own;
    sys::TreeSize shared_size;
    sys::TreeSize own_size;
    sys::TreeFilter filter;
    sys::UnsteadyFiles unsteady;  ///< of what was copied so far
};

Result<Source> open_source(const api::ImportImage& request, const MasterTree& master) {
    Source source{.root = {},
                  .shared = request.shared.value_or(std::vector<std::string>{}),
                  .own = {},
                  .shared_size = {},
                  .own_size = {},
                  .filter = master.master.filter(),
                  .unsteady = {}};
    DIM_TRY(source.root, sys::dup(master.root));
    for (const std::string& name : source.shared) {
        const Result<sys::FileStatus> status = sys::fstatat(source.root, name);
        if (!status || !S_ISDIR(status->mode)) {
            return fail(Error(ErrorCode::not_found,
                              name + " in " + to_string(request.source) + " is no directory")
                            .with_cure("share only real directories, not links"));
        }
    }
    DIM_TRY(const std::vector<std::string> names, sys::list_names(source.root));
    for (const std::string& name : names) {
        if (source.filter.leaves_out && source.filter.leaves_out(name)) continue;
        DIM_TRY(const sys::TreeSize size, sys::measure_tree(source.root, name, source.filter));
        const bool is_shared = std::ranges::find(source.shared, name) != source.shared.end();
        (is_shared ? source.shared_size : source.own_size) += size;
        if (!is_shared) source.own.push_back(name);
    }
    return source;
}

Error explain_full(Error error, const std::string& file_system) {
    if (error.code() != ErrorCode::limit_exceeded) return error;
    return std::move(error).with_context("the tree does not fit in the " + file_system);
}

/// One of the two file systems of an image, while it is filled.
struct Filling {
    model::FileSystem type = model::FileSystem::ext4;
    std::string file;  ///< STAGING/shared.img
    Ext4Size size;
    std::string directory;  ///< the tree, below the file system's root; empty for that itself
    std::string record;     ///< without ending: what it holds
    std::vector<std::string> entries;
    std::vector<std::string> empty_directories;
};

/// Makes the file, fills it from the source and records what it holds then; FILL is where it is
/// mounted meanwhile.
Result<void> fill_file(const Filling& filling, Source& source, const std::string& fill,
                       const std::function<void(std::uint64_t)>& progress) {
    DIM_CHECK(make_file_system(filling.type, filling.file, filling.size));
    DIM_CHECK(mount_file(filling.file, fill));
    const auto copy_all = [&]() -> Result<void> {
        const std::string tree = fill + filling.directory;
        if (!filling.directory.empty()) DIM_CHECK(sys::mkdir(tree));
        DIM_TRY(sys::Fd root, sys::open_directory(tree));
        DIM_TRY(const sys::Fd file_system, sys::dup(root));
        sys::TreeCopy copy(std::move(root), progress, source.filter);
        for (const std::string& name : filling.entries)
            DIM_CHECK(copy.copy(source.root, name));
        for (const std::string& name : filling.empty_directories)
            DIM_CHECK(copy.copy_directory_only(source.root, name));
        DIM_CHECK(copy.copy_own_attributes(source.root));
        source.unsteady += copy.unsteady();
        DIM_CHECK(sys::syncfs(file_system));
        DIM_TRY([[maybe_unused]] const std::string digest,
                record_tree(file_system, filling.record, {}));
        return {};
    };
    Result<void> copied = copy_all();
    Result<void> unmounted = unmount_below(fill);
    if (!copied) return fail(std::move(copied).error());
    DIM_CHECK(std::move(unmounted));
    DIM_CHECK(finish_file_system(filling.file));
    return sys::fsync(filling.file);
}

Result<void> fill_image(const api::ImportImage& request, Source& source,
                        model::Generation generation, const std::string& staging,
                        const Progress& progress) {
    DIM_TRY(const Ext4Size golden_size,
            blade_image_size(request.blade_image_bytes, source.own_size));
    const std::uint64_t total = source.shared_size.entries + source.own_size.entries;
    std::uint64_t before = 0;
    Pace pace(progress, "copy the tree", PaceText::Unit::entries, total);
    const auto count = [&](std::uint64_t entries) { pace.tell(before + entries); };
    const std::string number = to_string(generation);
    // Mounted on it later.
    DIM_CHECK(sys::mkdir(staging + "/shared", 0755));
    progress("copy the shared root", 0, total);
    const Filling shared{.type = model::FileSystem::ext4,
                         .file = staging + "/shared.img",
                         .size = shared_root_size(source.shared_size),
                         .directory = "/" + number,
                         .record = staging + "/" + number + ".shared",
                         .entries = source.shared,
                         .empty_directories = {}};
    const std::string fill = staging + "/fill";
    if (auto filled = fill_file(shared, source, fill, count); !filled)
        return fail(explain_full(std::move(filled).error(), "shared root"));
    before = source.shared_size.entries;
    progress("copy the golden image", before, total);
    const Filling golden{.type = request.file_system.value_or(model::FileSystem::ext4),
                         .file = staging + "/golden.img",
                         .size = golden_size,
                         .directory = {},
                         .record = staging + "/" + number + ".golden",
                         .entries = source.own,
                         .empty_directories = source.shared};
    if (auto filled = fill_file(golden, source, fill, count); !filled)
        return fail(explain_full(std::move(filled).error(), "blade image"));
    progress("copy the golden image", total, total);
    return sys::rmdir(fill);
}

}  // namespace

Ext4Size shared_root_size(const sys::TreeSize& content) {
    constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
    const std::uint64_t bytes = 4 * content.bytes + 256 * kMebibyte;
    return {.bytes = (bytes + kMebibyte - 1) / kMebibyte * kMebibyte,
            .inodes = std::max(4 * content.entries, bytes / kBytesPerInode)};
}

Result<Ext4Size> blade_image_size(std::uint64_t bytes, const sys::TreeSize& content) {
    const std::uint64_t inodes = std::max(bytes / kBytesPerInode, 2 * content.entries + 1024);
    const std::uint64_t need = content.bytes + inodes * 256 + kOverhead;
    if (need > bytes) {
        return fail(
            Error(ErrorCode::limit_exceeded, "the tree does not fit in a blade image (need " +
                                                 to_string(model::ByteSize(need)) + ", have " +
                                                 to_string(model::ByteSize(bytes)) + ")")
                .with_cure("make blade images larger, or share more directories"));
    }
    return Ext4Size{.bytes = bytes, .inodes = inodes};
}

Result<sys::UnsteadyFiles> import_tree(const api::ImportImage& request, const MasterTree& master,
                                       model::Generation generation, const ImagePaths& paths,
                                       const Progress& progress) {
    progress("look at " + to_string(request.source), 0, 0);
    DIM_TRY(Source source, open_source(request, master));
    DIM_CHECK(
        check_space(paths.images(),
                    source.shared_size.bytes + source.own_size.bytes +
                        (source.shared_size.entries + source.own_size.entries) * kBytesPerEntry +
                        2 * kOverhead));
    const std::string staging = paths.unfinished(request.name);
    DIM_CHECK(sys::mkdir(staging));
    DIM_CHECK(fill_image(request, source, generation, staging, progress));
    DIM_CHECK(sys::fsync(staging));
    DIM_CHECK(sys::rename(staging, paths.image(request.name)));
    DIM_CHECK(sys::fsync(paths.images()));
    return source.unsteady;
}

Result<void> discard_image(const model::ImageName& name, const ImagePaths& paths) {
    DIM_CHECK(unmount_below(paths.shared_mounts() + "/" + name.text()));
    for (const std::string& directory : {paths.image(name), paths.unfinished(name)}) {
        DIM_CHECK(unmount_below(directory));
        DIM_CHECK(sys::remove_tree(directory));
    }
    DIM_CHECK(discard_captured(name, paths));
    return sys::fsync(paths.images());
}

}  // namespace dim::server
