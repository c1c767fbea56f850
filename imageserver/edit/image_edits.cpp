#include "imageserver/edit/image_edits.hpp"

#include "libdim/api/image_request.hpp"

namespace dim::server {

using model::ComponentName;
using model::ImageName;

Result<Edit> ImageEdits::import_image(const api::ImportImage& request, const Progress& progress) {
    DIM_TRY(const Notes notes, images_.import_image(request, progress));
    progress("offering the shared root", 0, 0);
    std::string done = "image " + to_string(request.name) + " generation 1 imported from " +
                       to_string(request.source);
    if (!request.exclude.empty()) done += "\nleft out:";
    for (const std::string& pattern : request.exclude)
        done += " " + pattern;
    for (const std::string& note : notes)
        done += "\n" + note;
    return Edit{.done = std::move(done), .needs = {.exports = true}};
}

Result<Edit> ImageEdits::create_blade_images(const api::ImageOfBlades& request,
                                             const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    std::size_t made = 0;
    for (const ComponentName& blade : request.blades) {
        progress("blade image of " + to_string(blade), made, request.blades.size());
        const auto created = images_.create_blade_image(blade, request.image, progress);
        if (created) {
            ++made;
            DIM_CHECK(blades_.tell({&blade, 1},
                                   "blade image of " + to_string(request.image) + " created"));
        } else if (created.error().code() != ErrorCode::already_exists) {
            return fail(Error(created.error())
                            .with_default_cure("dim image import")
                            .with_context(to_string(blade)));
        }
    }
    const std::size_t kept = request.blades.size() - made;
    std::string done =
        "blade images of " + to_string(request.image) + ": " + std::to_string(made) + " created";
    if (kept != 0) done += ", " + std::to_string(kept) + " there already";
    return Edit{.done = std::move(done)};
}

Result<Edit> ImageEdits::adopt_image(const api::AdoptImage& request, const Progress& progress) {
    progress("check the files of image " + to_string(request.name), 0, 0);
    DIM_CHECK(api::check_init_path(request.init));
    DIM_CHECK(images_.adopt_image(request));
    progress("offering the shared root", 0, 0);
    return Edit{.done = "image " + to_string(request.name) + " adopted",
                .needs = {.exports = true}};
}

Result<Edit> ImageEdits::adopt_blade_images(const api::ImageOfBlades& request,
                                            const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    std::size_t adopted = 0;
    for (const ComponentName& blade : request.blades) {
        progress("blade image of " + to_string(blade), adopted, request.blades.size());
        const auto outcome = images_.adopt_blade_image(blade, request.image);
        if (outcome) {
            ++adopted;
            DIM_CHECK(blades_.tell({&blade, 1},
                                   "blade image of " + to_string(request.image) + " adopted"));
        } else if (outcome.error().code() != ErrorCode::already_exists) {
            return fail(Error(outcome.error())
                            .with_default_cure("see 'dim image adopt --list'")
                            .with_context(to_string(blade)));
        }
    }
    const std::size_t kept = request.blades.size() - adopted;
    std::string done =
        "blade images of " + to_string(request.image) + ": " + std::to_string(adopted) + " adopted";
    if (kept != 0) done += ", " + std::to_string(kept) + " known already";
    return Edit{.done = std::move(done)};
}

Result<Edit> ImageEdits::delete_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(blades_.check_unused(blade, image));
    DIM_CHECK(images_.delete_blade_image(blade, image));
    DIM_CHECK(blades_.tell({&blade, 1}, "blade image of " + to_string(image) + " deleted"));
    return Edit{.done =
                    "blade image of " + to_string(image) + " for " + to_string(blade) + " deleted"};
}

Result<Edit> ImageEdits::build_boot_file(const api::BuildBootFile& request,
                                         const Progress& progress) {
    DIM_TRY(const auto file, boot_files_.build(request, progress));
    progress("telling the DHCP server", 0, 0);
    return Edit{.done =
                    "boot file " + file.path + " built, " + std::to_string(file.bytes) + " bytes",
                .needs = {.dhcp = true}};
}

}  // namespace dim::server
