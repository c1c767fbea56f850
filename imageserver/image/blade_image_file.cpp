#include "imageserver/image/blade_image_file.hpp"

#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/image_file.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

namespace dim::server {

using model::ComponentName;
using model::ImageName;

namespace {

Result<void> unlink_if_there(const std::string& path) {
    if (auto done = sys::unlink(path); !done && done.error().code() != ErrorCode::not_found)
        return done;
    return {};
}

Result<void> rmdir_if_there(const std::string& path) {
    if (auto done = sys::rmdir(path); !done && done.error().code() != ErrorCode::not_found)
        return done;
    return {};
}

/// As one that is not finished; nothing is shared with FROM but blocks. Errors: limit_exceeded.
Result<void> clone_file(const std::string& from, const std::string& unfinished,
                        const ImagePaths& paths) {
    DIM_TRY(const sys::Fd original, sys::open(from, O_RDONLY));
    DIM_TRY(const sys::FileStatus status, sys::fstat(original));
    DIM_TRY(const sys::Fd clone, sys::open(unfinished, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    auto copied = sys::copy_file(original, clone);
    if (copied) return {};
    if (copied.error().code() != ErrorCode::limit_exceeded)
        return fail(std::move(copied).error().with_context("clone " + from));
    DIM_CHECK(sys::ftruncate(clone, 0));
    DIM_CHECK(check_space(paths.blades(), status.allocated));
    return fail(std::move(copied).error().with_context(paths.blades()));
}

/// Before blocks are copied that others would lack meanwhile. Errors: limit_exceeded.
Result<void> check_room_for_copy(const std::string& from, const std::string& unfinished,
                                 const ImagePaths& paths) {
    DIM_TRY(const sys::Fd original, sys::open(from, O_RDONLY | O_NOFOLLOW));
    DIM_TRY(const sys::Fd clone, sys::open(unfinished, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    if (sys::reflink(original, clone)) return {};
    DIM_TRY(const std::uint64_t data, sys::data_bytes(original));
    if (auto fits = check_space(paths.blades(), data); !fits)
        return fail(std::move(fits).error().with_context("a copy of it is made"));
    return {};
}

/// The finished file takes the place of the blade image, all of it on the disk.
Result<void> put_in_place(const ComponentName& blade, const ImageName& image,
                          const ImagePaths& paths) {
    const std::string unfinished = paths.unfinished_blade_file(blade, image);
    DIM_CHECK(sys::fsync(unfinished));
    DIM_CHECK(sys::rename(unfinished, paths.blade_file(blade, image)));
    return sys::fsync(paths.blade_directory(blade));
}

/// The copy that CHANGE(copy, original) has changed takes the place of the blade image.
template <class Change>
Result<void> replace_by_copy(const ComponentName& blade, const ImageName& image,
                             const ImagePaths& paths, Change change) {
    const std::string file = paths.blade_file(blade, image);
    const std::string unfinished = paths.unfinished_blade_file(blade, image);
    const auto replace = [&]() -> Result<void> {
        DIM_CHECK(check_room_for_copy(file, unfinished, paths));
        DIM_CHECK(clone_file(file, unfinished, paths));
        DIM_CHECK(change(unfinished, file));
        return put_in_place(blade, image, paths);
    };
    Result<void> replaced = replace();
    if (!replaced) DIM_CHECK(discard_unfinished_file(blade, image, paths));
    return replaced;
}

}  // namespace

Result<void> check_blade_file_free(const ComponentName& blade, const ImageName& image,
                                   const ImagePaths& paths) {
    const std::string file = paths.blade_file(blade, image);
    if (!sys::stat(file)) return {};
    return fail(Error(ErrorCode::already_exists,
                      "there is a file " + file + " that the database does not know")
                    .with_cure("move it away; it may hold what the blade wrote"));
}

Result<void> clone_golden_image(const ComponentName& blade, const ImageName& image,
                                const ImagePaths& paths) {
    const std::string unfinished = paths.unfinished_blade_file(blade, image);
    DIM_CHECK(sys::ensure_directory(paths.blade_directory(blade), 0700));
    DIM_CHECK(clone_file(paths.golden_file(image), unfinished, paths));
    DIM_CHECK(set_random_uuid(unfinished));
    DIM_CHECK(put_in_place(blade, image, paths));
    return sys::fsync(paths.blades());
}

Result<void> resize_blade_file(const ComponentName& blade, const ImageName& image,
                               std::uint64_t bytes, const ImagePaths& paths) {
    return replace_by_copy(blade, image, paths,
                           [&](const std::string& copy, const std::string& original) {
                               return resize_copy(copy, bytes, original);
                           });
}

Result<void> mend_blade_file(const ComponentName& blade, const ImageName& image,
                             const ImagePaths& paths) {
    return replace_by_copy(blade, image, paths, mend_copy);
}

Result<void> discard_unfinished_file(const ComponentName& blade, const ImageName& image,
                                     const ImagePaths& paths) {
    return unlink_if_there(paths.unfinished_blade_file(blade, image));
}

Result<void> write_overrides(const ComponentName& blade, const std::string& mount_point) {
    DIM_TRY(const sys::Fd root, sys::open_directory(mount_point));
    const Result<sys::Fd> etc = sys::open_beneath(root, "etc", O_RDONLY | O_DIRECTORY);
    if (!etc) {
        return fail(Error(ErrorCode::conflict,
                          "the image has no directory /etc of its own: " + etc.error().message())
                        .with_cure("import a tree in which /etc is a directory"));
    }
    return sys::write_file_atomically(*etc, "hostname", blade.text() + "\n");
}

Result<void> discard_blade_image(const ComponentName& blade, const ImageName& image,
                                 const ImagePaths& paths) {
    const std::string mount_point = paths.blade_mount(blade, image);
    DIM_CHECK(unmount_below(mount_point));
    DIM_CHECK(discard_unfinished_file(blade, image, paths));
    DIM_CHECK(unlink_if_there(paths.blade_file(blade, image)));
    // Deleted is deleted, also after a power failure: nobody shall adopt it again.
    if (const std::string directory = paths.blade_directory(blade); sys::stat(directory))
        DIM_CHECK(sys::fsync(directory));
    return rmdir_if_there(mount_point);
}

}  // namespace dim::server
