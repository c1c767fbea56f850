#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/edit/edited_blades.hpp"
#include "imageserver/image/images.hpp"

namespace dim::server {

/// Which image blades boot next. One call at a time.
class AssignmentEdits {
public:
    /// The references outlive this.
    AssignmentEdits(Assignments& assignments, const Images& images, const BootFiles& boot_files,
                    EditedBlades blades)
        : assignments_(assignments), images_(images), boot_files_(boot_files), blades_(blades) {}

    /// Errors: say which command makes what is missing.
    Result<Edit> assign(const api::ImageOfBlades& request, const Progress& progress);
    Result<Edit> unassign(const api::Blades& request, const Progress& progress);

private:
    Result<void> check_assignable(const RosterEntry& entry, const api::ImageSummary& image) const;

    Assignments& assignments_;
    const Images& images_;
    const BootFiles& boot_files_;
    EditedBlades blades_;
};

}  // namespace dim::server
