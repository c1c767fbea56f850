#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"
#include "libdim/api/rename_messages.hpp"

#include <string>

namespace dim::server {

/// Gives images other names.
class RenameEdits {
public:
    /// Templates of overrides are in OVERRIDES_DIRECTORY. The references outlive this.
    RenameEdits(Images& images, BootFiles& boot_files, Assignments& assignments,
                std::string overrides_directory, EditedBlades blades)
        : images_(images),
          boot_files_(boot_files),
          assignments_(assignments),
          overrides_directory_(std::move(overrides_directory)),
          blades_(blades) {}

    /// Errors: not_found; already_exists; conflict while blades are assigned the image, or have
    /// images of it that are exported or in use, naming them.
    Result<Edit> rename_image(const api::RenameImage& request, const Progress& progress);

private:
    Result<void> check_unassigned(const model::ImageName& image);
    Result<void> tell_blades(const api::RenameImage& request);

    Images& images_;
    BootFiles& boot_files_;
    Assignments& assignments_;
    std::string overrides_directory_;
    EditedBlades blades_;
};

}  // namespace dim::server
