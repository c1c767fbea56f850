#include "imageserver/image/blade_image_file.hpp"

#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/ext4_file.hpp"
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
    const std::string golden_path = paths.golden_file(image);
    const std::string unfinished = paths.unfinished_blade_file(blade, image);
    const std::string file = paths.blade_file(blade, image);
    DIM_CHECK(sys::ensure_directory(paths.blade_directory(blade), 0700));
    DIM_TRY(const sys::Fd golden, sys::open(golden_path, O_RDONLY));
    DIM_TRY(const sys::FileStatus status, sys::fstat(golden));
    {
        DIM_TRY(const sys::Fd clone, sys::open(unfinished, O_WRONLY | O_CREAT | O_TRUNC, 0600));
        if (auto copied = sys::copy_file(golden, clone); !copied) {
            if (copied.error().code() != ErrorCode::limit_exceeded)
                return fail(std::move(copied).error().with_context("clone " + golden_path));
            DIM_CHECK(sys::ftruncate(clone, 0));
            DIM_CHECK(check_space(paths.blades(), status.allocated));
            return fail(std::move(copied).error().with_context(paths.blades()));
        }
    }
    DIM_CHECK(set_random_uuid(unfinished));
    DIM_CHECK(sys::fsync(unfinished));
    DIM_CHECK(sys::rename(unfinished, file));
    DIM_CHECK(sys::fsync(paths.blade_directory(blade)));
    return sys::fsync(paths.blades());
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
    DIM_CHECK(unlink_if_there(paths.unfinished_blade_file(blade, image)));
    DIM_CHECK(unlink_if_there(paths.blade_file(blade, image)));
    // Deleted is deleted, also after a power failure: nobody shall adopt it again.
    if (const std::string directory = paths.blade_directory(blade); sys::stat(directory))
        DIM_CHECK(sys::fsync(directory));
    return rmdir_if_there(mount_point);
}

}  // namespace dim::server
