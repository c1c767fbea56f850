#pragma once

#include "imageserver/image/image_file.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"
#include "libdim/sys/tree_copy.hpp"

#include <cstdint>

namespace dim::server {

/// How large the file system of a shared root is made: room for the content to grow to a multiple.
/// The file is sparse, so that room costs nothing.
Ext4Size shared_root_size(const sys::TreeSize& content);
/// Inodes for BYTES of blade image that starts with CONTENT. Errors: limit_exceeded when the
/// content does not fit, with need and have.
Result<Ext4Size> blade_image_size(std::uint64_t bytes, const sys::TreeSize& content);

/// Makes the files of an image with its first generation from a tree, as a whole or not at all;
/// what did not hold still in it. REQUEST says what is shared. Journalled by the caller.
Result<sys::UnsteadyFiles> import_tree(const api::ImportImage& request, const MasterTree& master,
                                       model::Generation generation, const ImagePaths& paths,
                                       const Progress& progress);

/// Deletes the files of an image, finished or not; what is not there is success.
Result<void> discard_image(const model::ImageName& name, const ImagePaths& paths);

}  // namespace dim::server
