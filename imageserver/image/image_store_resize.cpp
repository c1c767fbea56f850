#include "imageserver/image/blade_image_file.hpp"
#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/image_file.hpp"
#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>

// The journal is the file itself: when it is not as large as the database says, its file system is
// to fill it, and then the database to say so. An image in use gets a larger file before its file
// system grows; one that is not is replaced by a copy in one rename. Killed in between, the next
// start does the rest (settle_size).

namespace dim::server {

using model::ComponentName;
using model::ImageName;

namespace {

// The kernel lets go of a loop device some time after its last user, and nothing waits for that but
// who looks again.
constexpr int kDetachAttempts = 100;
constexpr std::chrono::milliseconds kDetachInterval{20};

std::string names(const BladeImageRecord& record) {
    return record.blade.text() + " " + record.image.text();
}

/// A mount in another namespace has a loop device of it as well. Errors: conflict.
Result<void> check_detached(const std::string& path) {
    DIM_TRY(const sys::FileStatus file, sys::stat(path));
    for (int attempt = 0; attempt < kDetachAttempts; ++attempt) {
        if (attempt != 0) sys::sleep_for(kDetachInterval);
        DIM_TRY(const auto backings, sys::loop_backings());
        if (std::ranges::none_of(backings, [&](const sys::LoopBacking& backing) {
                return backing.file_device == file.device && backing.file_inode == file.inode;
            }))
            return {};
    }
    return fail(Error(ErrorCode::conflict, path + " is still in use on this server")
                    .with_cure("end commands in it ('dim blade exec'); 'losetup -j " + path +
                               "' names its device"));
}

Result<void> set_file_size(const std::string& path, std::uint64_t bytes) {
    DIM_TRY(const sys::Fd file, sys::open(path, O_RDWR | O_NOFOLLOW));
    DIM_CHECK(sys::ftruncate(file, bytes));
    return sys::fsync(file);
}

/// The device below MOUNT_POINT becomes as large as its file.
Result<void> refresh_device(const std::string& mount_point) {
    DIM_TRY(const sys::MountEntry mount, sys::mount_at(mount_point));
    return sys::refresh_loop_size(mount.source);
}

/// So does the file system of PATH that is mounted there.
Result<void> fill_mounted(const std::string& path, const std::string& mount_point) {
    DIM_TRY(const sys::FileStatus file, sys::stat(path));
    DIM_CHECK(refresh_device(mount_point));
    return grow_mounted(path, mount_point, file.size);
}

Error explain_growth(Error error, const BladeImageRecord& record) {
    if (error.code() != ErrorCode::permission_denied) return error;
    return Error(ErrorCode::permission_denied,
                 "the kernel lets only who has the capability CAP_SYS_RESOURCE make a file system "
                 "in use larger, and this daemon lacks it, as in a container")
        .with_cure("give it to the daemon; or power the blade off, 'dim nfs unexport " +
                   names(record) + "', resize, 'dim nfs export " + names(record) + "'");
}

}  // namespace

Result<void> ImageStore::State::check_in_use(const ComponentName& blade,
                                             const ImageName& image) const {
    if (!offline.contains({blade, image})) return {};
    return fail(Error(ErrorCode::unavailable, "image " + image.text() + " of blade " +
                                                  blade.text() + " is being resized or checked")
                    .with_cure("try again when that is done"));
}

Result<void> ImageStore::check_growth(std::uint64_t bytes) const {
    DIM_TRY(DiskSpace space, disk_space());
    const std::string directory = state_->paths.blades();
    if (state_->provisioning.is_reserved()) return check_fits(directory, space, bytes);
    space.committed += bytes;
    return check_commitment(directory, space, state_->provisioning);
}

Result<void> ImageStore::resize_blade_image(const ComponentName& blade, const ImageName& image,
                                            std::uint64_t size_bytes) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_CHECK(ensure_ready(blade, image));
    DIM_TRY(const BladeImageRecord found, state_->catalog.blade_image(blade, image));
    DIM_CHECK(settle_size(found));
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    if (size_bytes == record.size_bytes) return {};
    if (size_bytes > record.size_bytes) DIM_CHECK(check_growth(size_bytes - record.size_bytes));
    const bool grows = size_bytes > record.size_bytes;
    DIM_TRY(const ImageFile file, identify(state_->paths.blade_file(blade, image)));
    // xfs grows only where it is mounted, whoever uses it.
    if (grows && file.type == model::FileSystem::xfs) return grow_in_use(record, size_bytes);
    if (!record.is_exported) return resize_unused(record, size_bytes);
    if (grows) return grow_in_use(record, size_bytes);
    return fail(Error(ErrorCode::conflict, "an image that a blade may be using can only grow")
                    .with_cure("with the blade off: 'dim nfs unexport " + names(record) +
                               "', resize, then 'dim nfs export " + names(record) + "'"));
}

Result<void> ImageStore::grow_in_use(const BladeImageRecord& record, std::uint64_t size_bytes) {
    const std::string path = state_->paths.blade_file(record.blade, record.image);
    const auto extend = [&]() -> Result<void> {
        DIM_CHECK(set_file_size(path, size_bytes));
        return reserve_file(path);
    };
    if (auto extended = extend(); !extended) {
        DIM_CHECK(set_file_size(path, record.size_bytes));
        return extended;
    }
    const std::string mounted = mount_point(record.blade, record.image);
    if (auto filled = fill_mounted(path, mounted); !filled) {
        // Of any other failure nobody knows how far the file system has come.
        if (filled.error().code() == ErrorCode::permission_denied) {
            DIM_CHECK(set_file_size(path, record.size_bytes));
            DIM_CHECK(refresh_device(mounted));
        }
        return fail(explain_growth(std::move(filled).error(), record));
    }
    return state_->catalog.set_size(record.blade, record.image, size_bytes);
}

Result<void> ImageStore::take_out_of_use(const BladeImageRecord& record) {
    {
        const std::scoped_lock lock(state_->mounting);
        DIM_CHECK(state_->check_in_use(record.blade, record.image));
        DIM_TRY(const BladeImageRecord now,
                state_->catalog.blade_image(record.blade, record.image));
        if (now.is_exported) return fail(ErrorCode::conflict, "it has been exported meanwhile");
        DIM_CHECK(unmount_below(state_->paths.blade_mount(record.blade, record.image)));
        state_->offline.insert({record.blade, record.image});
    }
    // Without the lock: others mount meanwhile.
    Result<void> detached = check_detached(state_->paths.blade_file(record.blade, record.image));
    if (detached) return {};
    const std::scoped_lock lock(state_->mounting);
    state_->offline.erase({record.blade, record.image});
    return detached;
}

Result<void> ImageStore::put_in_use(const BladeImageRecord& record) {
    {
        const std::scoped_lock lock(state_->mounting);
        state_->offline.erase({record.blade, record.image});
    }
    return ensure_ready(record.blade, record.image);
}

Result<void> ImageStore::resize_unused(const BladeImageRecord& record, std::uint64_t size_bytes) {
    const auto resize = [&]() -> Result<void> {
        DIM_CHECK(resize_blade_file(record.blade, record.image, size_bytes, state_->paths));
        DIM_CHECK(state_->catalog.set_size(record.blade, record.image, size_bytes));
        return reserve_file(state_->paths.blade_file(record.blade, record.image));
    };
    Result<void> resized = take_out_of_use(record);
    if (!resized) {
        DIM_CHECK(ensure_ready(record.blade, record.image));
        return resized;
    }
    resized = resize();
    Result<void> ready = put_in_use(record);
    return resized ? ready : resized;
}

Result<void> ImageStore::settle_size(const BladeImageRecord& record) {
    const std::string path = state_->paths.blade_file(record.blade, record.image);
    DIM_TRY(const sys::FileStatus file, sys::stat(path));
    if (file.size == record.size_bytes) return {};
    DIM_TRY(const ImageFile found, identify(path));
    if (found.bytes + kExt4BlockBytes <= file.size) {
        if (!record.is_exported && found.type == model::FileSystem::ext4)
            return resize_unused(record, file.size);
        auto grown = fill_mounted(path, mount_point(record.blade, record.image));
        if (!grown) return fail(explain_growth(std::move(grown).error(), record));
    }
    return state_->catalog.set_size(record.blade, record.image, file.size);
}

}  // namespace dim::server
