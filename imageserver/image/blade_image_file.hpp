#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>

namespace dim::server {

/// Errors: already_exists when there is a file where the blade image would be.
Result<void> check_blade_file_free(const model::ComponentName& blade, const model::ImageName& image,
                                   const ImagePaths& paths);

/// Clones the golden image, which is the newest generation's, as the blade's image file, whole or
/// not at all, with a UUID of its own. Journalled by the caller. Errors: limit_exceeded when the
/// disk is full.
Result<void> clone_golden_image(const model::ComponentName& blade, const model::ImageName& image,
                                const ImagePaths& paths);

/// Makes the unmounted blade image BYTES large, by a copy of that size that takes its place when it
/// is whole; with reflinks the copy costs nothing. Errors: those of resize_copy();
/// limit_exceeded when there is no room for the copy. The blade image is as it was then.
Result<void> resize_blade_file(const model::ComponentName& blade, const model::ImageName& image,
                               std::uint64_t bytes, const ImagePaths& paths);

/// Mends its file system, as far as that needs no answers, as a whole or not at all: a copy of it,
/// which takes its place. Errors: conflict when that is not enough; limit_exceeded when there is no
/// room for the copy.
Result<void> mend_blade_file(const model::ComponentName& blade, const model::ImageName& image,
                             const ImagePaths& paths);
/// What a kill left of a clone; what is not there is success.
Result<void> discard_unfinished_file(const model::ComponentName& blade,
                                     const model::ImageName& image, const ImagePaths& paths);

/// Writes the files that differ per blade into the file system mounted at MOUNT_POINT: its name in
/// /etc/hostname. No link in the image is followed.
Result<void> write_overrides(const model::ComponentName& blade, const std::string& mount_point);

/// Unmounts and deletes the file, finished or not; what is not there is success. Errors: conflict
/// when it is in use.
Result<void> discard_blade_image(const model::ComponentName& blade, const model::ImageName& image,
                                 const ImagePaths& paths);

}  // namespace dim::server
