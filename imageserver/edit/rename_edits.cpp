#include "imageserver/edit/rename_edits.hpp"

#include "libdim/base/text.hpp"

#include <filesystem>
#include <system_error>

namespace dim::server {

using model::ComponentName;
using model::ImageName;

Result<void> RenameEdits::check_unassigned(const ImageName& image) {
    DIM_TRY(const auto assigned, assignments_.all());
    std::string blades;
    for (const auto& [blade, assigned_image] : assigned)
        if (assigned_image == image)
            blades.append(blades.empty() ? "" : " ").append(to_string(blade));
    if (blades.empty()) return {};
    const std::string names = printable(blades, 400);
    return fail(
        Error(ErrorCode::conflict,
              "these blades are assigned image " + to_string(image) + ": " + names)
            .with_cure("with the blades off: dim undeploy " + names + " " + to_string(image)));
}

Result<void> RenameEdits::tell_blades(const api::RenameImage& request) {
    DIM_TRY(const auto blade_images, images_.blade_images());
    std::vector<ComponentName> blades;
    for (const api::BladeImage& blade_image : blade_images)
        if (blade_image.image == request.new_name) blades.push_back(blade_image.blade);
    return blades_.tell(blades, "image " + to_string(request.name) + " is called " +
                                    to_string(request.new_name) + " now");
}

Result<Edit> RenameEdits::rename_image(const api::RenameImage& request, const Progress& progress) {
    const std::string name = to_string(request.name);
    const std::string new_name = to_string(request.new_name);
    progress("rename image " + name + " to " + new_name, 0, 0);
    DIM_CHECK(images_.image(request.name));
    DIM_CHECK(check_unassigned(request.name));
    // What an earlier image of that name left would be taken for this one's.
    if (!images_.image(request.new_name)) DIM_CHECK(boot_files_.retire(request.new_name));
    DIM_CHECK(images_.rename_image(request.name, request.new_name));
    DIM_CHECK(boot_files_.follow_names());
    DIM_CHECK(tell_blades(request));
    std::string done = "image " + name + " is called " + new_name + " now";
    const std::string templates = overrides_directory_ + "/image/";
    std::error_code error;
    if (std::filesystem::is_directory(templates + name, error))
        done +=
            "\nits templates do not follow: mv " + templates + name + " " + templates + new_name;
    progress("offering the shared root", 0, 0);
    return Edit{.done = std::move(done), .needs = {.dhcp = true, .exports = true}};
}

}  // namespace dim::server
