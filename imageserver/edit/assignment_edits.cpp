#include "imageserver/edit/assignment_edits.hpp"

namespace dim::server {

using model::ComponentName;

Result<void> AssignmentEdits::check_assignable(const RosterEntry& entry,
                                               const api::ImageSummary& image) const {
    const ComponentName& blade = entry.blade.name;
    const auto architecture = model::architecture_of(entry.blade.type);
    if (image.architecture != architecture) {
        return fail(Error(ErrorCode::conflict, "image " + to_string(image.name) + " is for " +
                                                   std::string(to_string(image.architecture)) +
                                                   ", " + to_string(blade) + " is a " +
                                                   type_text(entry.blade) + ", which is " +
                                                   std::string(to_string(architecture)))
                        .with_cure("assign an image for " + std::string(to_string(architecture))));
    }
    const auto blade_image = images_.blade_image(blade, image.name);
    if (blade_image) return {};
    return fail(Error(blade_image.error())
                    .with_default_cure("dim blade create " + to_string(blade) + ' ' +
                                       to_string(image.name)));
}

Result<Edit> AssignmentEdits::assign(const api::ImageOfBlades& request, const Progress& progress) {
    DIM_CHECK(require_any(request.blades));
    DIM_TRY(const auto image, images_.image(request.image));
    for (const ComponentName& blade : request.blades) {
        DIM_TRY(const auto entry, blades_.roster().find(blade));
        DIM_CHECK(check_assignable(entry, image));
    }
    DIM_TRY(const auto boot_file, boot_files_.current(request.image));
    if (!boot_file) {
        return fail(Error(ErrorCode::not_found,
                          "image " + to_string(request.image) + " has no boot file yet")
                        .with_cure("dim buildzimage " + to_string(request.image)));
    }
    DIM_CHECK(assignments_.assign(request.blades, request.image, blades_.now()));
    DIM_CHECK(blades_.tell(request.blades, "image " + to_string(request.image) +
                                               " assigned; it takes it when it boots"));
    progress("telling the DHCP server", 0, 0);
    return Edit{.done = "image " + to_string(request.image) + " assigned to " +
                        blades_text(request.blades),
                .needs = {.dhcp = true}};
}

Result<Edit> AssignmentEdits::unassign(const api::Blades& request, const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    DIM_CHECK(assignments_.unassign(request.blades));
    DIM_CHECK(blades_.tell(request.blades, "image no longer assigned"));
    progress("telling the DHCP server", 0, 0);
    return Edit{.done = "no image is assigned to " + blades_text(request.blades) + " any more",
                .needs = {.dhcp = true}};
}

}  // namespace dim::server
