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
#include <filesystem>
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
};

/// As the source is called, whatever was made of it.
std::string name_of_source(const api::ImportImage& request) { return to_string(request.source); }

Result<void> check_init(const sys::Fd& root, const api::ImportImage& request) {
    const Result<sys::Fd> init = sys::open_in_root(root, request.init, O_PATH);
    Result<sys::FileStatus> status = fail(ErrorCode::not_found, "");
    if (init) status = sys::fstat(*init);
    if (!status || !S_ISREG(status->mode) || (status->mode & 0111) == 0) {
        return fail(Error(ErrorCode::not_found, "below " + name_of_source(request) +
                                                    " there is no program " + request.init)
                        .with_cure("name the distribution's init as it is seen from its root"));
    }
    return {};
}

Result<Source> open_source(const api::ImportImage& request, const Master& master) {
    Source source{.root = {},
                  .shared = request.shared,
                  .own = {},
                  .shared_size = {},
                  .own_size = {},
                  .filter = master.filter()};
    DIM_TRY(source.root, sys::open_directory(master.directory()));
    DIM_CHECK(check_init(source.root, request));
    for (const std::string& name : request.shared) {
        const Result<sys::FileStatus> status = sys::fstatat(source.root, name);
        if (!status || !S_ISDIR(status->mode)) {
            return fail(Error(ErrorCode::not_found,
                              name + " in " + name_of_source(request) + " is no directory")
                            .with_cure("share only real directories, not links"));
        }
    }
    DIM_TRY(const std::vector<std::string> names, sys::list_names(source.root));
    for (const std::string& name : names) {
        if (source.filter.leaves_out && source.filter.leaves_out(name)) continue;
        DIM_TRY(const sys::TreeSize size, sys::measure_tree(source.root, name, source.filter));
        const bool is_shared = std::ranges::find(source.shared, name) != source.shared.end();
        (is_shared ? source.shared_size : source.own_size) += size;
        // Every ext4 brings its own.
        if (!is_shared && name != "lost+found") source.own.push_back(name);
    }
    return source;
}

/// A tree that the state directory is part of would be copied into itself.
Result<void> check_apart(const std::string& directory, const std::string& state) {
    std::error_code error;
    const std::filesystem::path tree = std::filesystem::canonical(directory, error);
    if (error) return fail(Error::from_errno(error.value(), directory));
    const std::filesystem::path own = std::filesystem::canonical(state, error);
    if (error) return fail(Error::from_errno(error.value(), state));
    if (std::ranges::mismatch(tree, own).in1 != tree.end()) return {};
    return fail(Error(ErrorCode::invalid_input,
                      directory + " contains the image server's own state directory " + state)
                    .with_cure("copy the distribution to a directory of its own first"));
}

Error explain_full(Error error, const std::string& file_system) {
    if (error.code() != ErrorCode::limit_exceeded) return error;
    return std::move(error).with_context("the tree does not fit in the " + file_system);
}

/// Makes STEM.img, fills it with ENTRIES of the source and records what it holds then; FILL is
/// where it is mounted meanwhile.
Result<void> fill_file(const std::string& stem, const Ext4Size& size, const Source& source,
                       const std::vector<std::string>& entries,
                       const std::vector<std::string>& empty_directories, const std::string& fill,
                       sys::UnsteadyFiles& unsteady,
                       const std::function<void(std::uint64_t)>& progress) {
    const std::string file = stem + ".img";
    DIM_CHECK(make_ext4(file, size));
    DIM_CHECK(mount_file(file, fill));
    const auto copy_all = [&]() -> Result<void> {
        DIM_TRY(sys::Fd root, sys::open_directory(fill));
        DIM_TRY(const sys::Fd file_system, sys::dup(root));
        sys::TreeCopy copy(std::move(root), progress, source.filter);
        for (const std::string& name : entries)
            DIM_CHECK(copy.copy(source.root, name));
        for (const std::string& name : empty_directories)
            DIM_CHECK(copy.copy_directory_only(source.root, name));
        DIM_CHECK(copy.copy_own_attributes(source.root));
        unsteady += copy.unsteady();
        DIM_CHECK(sys::syncfs(file_system));
        return record_tree(file_system, stem, {});
    };
    Result<void> copied = copy_all();
    Result<void> unmounted = unmount_below(fill);
    if (!copied) return fail(std::move(copied).error());
    DIM_CHECK(std::move(unmounted));
    DIM_CHECK(finish_ext4(file));
    return sys::fsync(file);
}

Result<void> fill_generation(const api::ImportImage& request, const Source& source,
                             const std::string& staging, sys::UnsteadyFiles& unsteady,
                             const Progress& progress) {
    DIM_TRY(const Ext4Size golden_size,
            blade_image_size(request.blade_image_bytes, source.own_size));
    const std::uint64_t total = source.shared_size.entries + source.own_size.entries;
    std::uint64_t before = 0;
    Pace pace(progress, "copy the tree", PaceText::Unit::entries, total);
    const auto count = [&](std::uint64_t entries) { pace.tell(before + entries); };
    const std::string fill = staging + "/fill";
    DIM_CHECK(sys::mkdir(staging + "/shared", 0755));
    progress("copy the shared root", 0, total);
    if (auto filled = fill_file(staging + "/shared", shared_root_size(source.shared_size), source,
                                source.shared, {}, fill, unsteady, count);
        !filled) {
        return fail(explain_full(std::move(filled).error(), "shared root"));
    }
    before = source.shared_size.entries;
    progress("copy the golden image", before, total);
    if (auto filled = fill_file(staging + "/golden", golden_size, source, source.own, source.shared,
                                fill, unsteady, count);
        !filled) {
        return fail(explain_full(std::move(filled).error(), "blade image"));
    }
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

Result<sys::UnsteadyFiles> import_tree(const api::ImportImage& request, const Master& master,
                                       model::Generation generation, const ImagePaths& paths,
                                       const Progress& progress) {
    progress("look at " + name_of_source(request), 0, 0);
    if (master.is_in_place()) DIM_CHECK(check_apart(master.directory(), paths.state()));
    DIM_TRY(const Source source, open_source(request, master));
    DIM_CHECK(
        check_space(paths.images(),
                    source.shared_size.bytes + source.own_size.bytes +
                        (source.shared_size.entries + source.own_size.entries) * kBytesPerEntry +
                        2 * kOverhead));
    const std::string image = paths.image(request.name);
    const std::string staging = image + "/" + ImagePaths::unfinished(generation);
    DIM_CHECK(sys::ensure_directory(image));
    DIM_CHECK(sys::mkdir(staging));
    sys::UnsteadyFiles unsteady;
    DIM_CHECK(fill_generation(request, source, staging, unsteady, progress));
    DIM_CHECK(sys::fsync(staging));
    DIM_CHECK(sys::rename(staging, paths.generation(request.name, generation)));
    DIM_CHECK(sys::fsync(image));
    DIM_CHECK(sys::fsync(paths.images()));
    return unsteady;
}

Result<void> discard_generation(const model::ImageName& name, model::Generation generation,
                                const ImagePaths& paths) {
    const std::string unfinished = ImagePaths::unfinished(generation);
    DIM_CHECK(unmount_below(paths.shared_mount(name, generation)));
    DIM_CHECK(unmount_below(paths.generation(name, generation)));
    DIM_CHECK(unmount_below(paths.image(name) + "/" + unfinished));
    const Result<sys::Fd> image = sys::open_directory(paths.image(name));
    if (!image) {
        if (image.error().code() == ErrorCode::not_found) return {};
        return fail(image.error());
    }
    DIM_CHECK(sys::remove_tree(*image, ImagePaths::capture(generation)));
    DIM_CHECK(sys::remove_tree(*image, unfinished));
    DIM_CHECK(sys::remove_tree(*image, to_string(generation)));
    DIM_CHECK(sys::fsync(*image));
    DIM_TRY(const std::vector<std::string> others, sys::list_names(*image));
    if (!others.empty()) return {};
    DIM_CHECK(sys::rmdir(paths.image(name)));
    return sys::fsync(paths.images());
}

}  // namespace dim::server
