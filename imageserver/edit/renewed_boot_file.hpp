#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/edit/edit.hpp"
#include "libdim/model/names.hpp"

namespace dim::server {

/// After EDIT made a generation of IMAGE: a boot file with its kernel, if that is another one. EDIT
/// tells, also of a failure, which leaves the generation as it is.
void renew_boot_file(BootFiles& files, const model::ImageName& image, Edit& edit,
                     const Progress& progress);

/// The boot files of IMAGE for platforms that the cluster definition adds, which are missing. EDIT
/// tells, also of a failure, which leaves the others as they are.
void complete_boot_files(BootFiles& files, const model::ImageName& image, Edit& edit,
                         const Progress& progress);

/// EDIT tells what the drivers of FILE, which was just made, may need and the image does not have.
void tell_lacks(const BootFiles& files, const api::BootFile& file, Edit& edit);

}  // namespace dim::server
