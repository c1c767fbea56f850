#include "imageserver/edit/image_edits.hpp"

#include "libdim/api/image_request.hpp"
#include "libdim/model/byte_size.hpp"

namespace dim::server {

using model::ComponentName;
using model::ImageName;

namespace {

std::string tell_notes(const std::vector<std::string>& exclude, const Notes& notes) {
    std::string text;
    if (!exclude.empty()) text += "\nleft out:";
    for (const std::string& pattern : exclude)
        text += " " + pattern;
    for (const std::string& note : notes)
        text += "\n" + note;
    return text;
}

Edit tell_generation(const ImageName& image, const std::optional<api::ImageGeneration>& made,
                     const Progress& progress) {
    if (!made) {
        return Edit{.done = "image " + to_string(image) +
                            " is that already: nothing changed, no generation made"};
    }
    progress("offering the shared root", 0, 0);
    return Edit{.done = "image " + to_string(image) + " generation " + to_string(made->generation) +
                        " made of " + made->source,
                .needs = {.exports = true}};
}

}  // namespace

Result<Edit> ImageEdits::import_image(const api::ImportImage& request, const Progress& progress) {
    DIM_TRY(const Notes notes, images_.import_image(request, progress));
    progress("offering the shared root", 0, 0);
    return Edit{.done = "image " + to_string(request.name) + " generation 1 imported from " +
                        to_string(request.source) + tell_notes(request.exclude, notes),
                .needs = {.exports = true}};
}

Result<Edit> ImageEdits::update_image(const api::UpdateImage& request, const Progress& progress) {
    DIM_TRY(const auto made, images_.update_image(request, progress));
    Edit edit = tell_generation(request.name, made.generation, progress);
    using Patterns = std::vector<std::string>;
    edit.done += tell_notes(request.source ? request.source->exclude : Patterns{}, made.notes);
    return edit;
}

Result<Edit> ImageEdits::roll_back_image(const api::RollBackImage& request,
                                         const Progress& progress) {
    DIM_TRY(const auto made, images_.roll_back_image(request, progress));
    return tell_generation(request.name, made, progress);
}

Result<Edit> ImageEdits::collect_generations(const api::CollectGenerations& request,
                                             const Progress& progress) {
    DIM_TRY(const CollectedGenerations collected, images_.collect_generations(request, progress));
    const std::string image = "image " + to_string(request.name);
    if (collected.generations.empty())
        return Edit{.done =
                        image +
                        ": nothing to collect: blades have the other generations, the trash has "
                        "images of them, or they have labels"};
    std::string done = image + ": generations";
    for (const model::Generation generation : collected.generations)
        done += " " + to_string(generation);
    done += request.is_dry_run
                ? " would be deleted"
                : " deleted, " + to_string(model::ByteSize(collected.freed_bytes)) + " freed";
    return Edit{.done = std::move(done)};
}

Result<Edit> ImageEdits::label_generation(const api::LabelGeneration& request) {
    DIM_CHECK(images_.label_generation(request));
    return Edit{.done = "image " + to_string(request.name) + " generation " +
                        to_string(request.generation) +
                        (request.label.empty() ? " has no label now" : " is labelled now")};
}

Result<Edit> ImageEdits::remove_image(const ImageName& image) {
    DIM_CHECK(images_.remove_image(image));
    return Edit{.done = "image " + to_string(image) + " removed", .needs = {.exports = true}};
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
    DIM_CHECK(
        blades_.tell({&blade, 1}, "blade image of " + to_string(image) + " moved to the trash"));
    return Edit{.done = "blade image of " + to_string(image) + " for " + to_string(blade) +
                        " moved to the trash"};
}

Result<Edit> ImageEdits::restore_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(blades_.require({&blade, 1}));
    DIM_CHECK(images_.restore_blade_image(blade, image));
    DIM_CHECK(blades_.tell({&blade, 1}, "blade image of " + to_string(image) + " restored"));
    return Edit{.done = "blade image of " + to_string(image) + " for " + to_string(blade) +
                        " restored from the trash"};
}

Result<Edit> ImageEdits::purge_blade_images(const ComponentName& blade, const ImageName& image) {
    DIM_TRY(const std::uint64_t count, images_.purge_blade_images(blade, image));
    return Edit{.done = "blade images of " + to_string(image) + " for " + to_string(blade) +
                        " deleted from the trash: " + std::to_string(count)};
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
