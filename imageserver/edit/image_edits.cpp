#include "imageserver/edit/image_edits.hpp"

#include "imageserver/edit/for_each_blade.hpp"
#include "imageserver/edit/renewed_boot_file.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"
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

std::string policy_text(const api::SyncPolicy& policy) {
    return "conflicts: " + std::string(to_string(policy.on_conflict)) +
           ", merged: " + policy.merge + ", kept out: " +
           (policy.keep_out.empty() ? "nothing"
                                    : printable(policy.keep_out, api::limits::kTextBytes));
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
    if (made.generation) renew_boot_file(boot_files_, request.name, edit, progress);
    return edit;
}

Result<Edit> ImageEdits::roll_back_image(const api::RollBackImage& request,
                                         const Progress& progress) {
    DIM_TRY(const auto made, images_.roll_back_image(request, progress));
    Edit edit = tell_generation(request.name, made, progress);
    if (made) renew_boot_file(boot_files_, request.name, edit, progress);
    return edit;
}

Result<Edit> ImageEdits::collect_generations(const api::CollectGenerations& request,
                                             const Progress& progress) {
    DIM_TRY(const CollectedGenerations collected, images_.collect_generations(request, progress));
    const std::string image = "image " + to_string(request.name);
    if (collected.generations.empty())
        return Edit{.done =
                        image +
                        ": nothing to collect: blades have the other generations, the trash has "
                        "images of them, blades are pinned to them, or they have labels"};
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

Result<Edit> ImageEdits::set_image(const api::SetImage& request) {
    DIM_CHECK(images_.set_image(request));
    DIM_TRY(const api::ImageSummary image, images_.image(request.name));
    std::string done = "image " + to_string(request.name) + ": ";
    const bool is_of_boots =
        request.init || request.nfs_version || request.nfs_actimeo_seconds || request.nfs_nconnect;
    if (is_of_boots)
        done += "init " + image.init + ", NFS " + image.nfs.version + ", attributes are kept " +
                std::to_string(image.nfs.actimeo_seconds) +
                " s, TCP connections: " + std::to_string(image.nfs.nconnect) +
                "; in force at each blade's next boot";
    if (request.on_conflict || request.keep_out || request.merge)
        done += (is_of_boots ? "; " : "") + policy_text(image.sync) + "; in force at the next sync";
    return Edit{.done = std::move(done)};
}

Result<Edit> ImageEdits::remove_image(const ImageName& image) {
    DIM_CHECK(images_.remove_image(image));
    DIM_CHECK(boot_files_.retire(image));
    return Edit{.done = "image " + to_string(image) + " removed", .needs = {.exports = true}};
}

Result<Edit> ImageEdits::pin_blades(const api::PinBlades& request) {
    DIM_CHECK(blades_.require(request.blades));
    DIM_CHECK(images_.pin_blades(request.image, request.generation, request.blades));
    const std::string pinned = "pinned to generation " + to_string(request.generation) +
                               " of image " + to_string(request.image);
    DIM_CHECK(blades_.tell(request.blades, pinned));
    return Edit{.done = blades_text(request.blades) + " " + pinned};
}

Result<Edit> ImageEdits::unpin_blades(const api::ImageOfBlades& request) {
    DIM_CHECK(require_any(request.blades));
    DIM_TRY(const std::uint64_t count, images_.unpin_blades(request.image, request.blades));
    const std::string image = "image " + to_string(request.image);
    if (count == 0)
        return Edit{.done = "no generation of " + image + " was pinned for " +
                            blades_text(request.blades)};
    const std::string unpinned = "no longer pinned to a generation of " + image;
    DIM_CHECK(blades_.tell(request.blades, unpinned));
    return Edit{.done = std::to_string(count) + (count == 1 ? " blade " : " blades ") + unpinned};
}

Result<Edit> ImageEdits::create_blade_images(const api::ImageOfBlades& request,
                                             const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    std::vector<Result<void>> outcomes(request.blades.size());
    // A blade that has one is no failure.
    outcomes.resize(
        for_each_blade(request.blades, progress, [&](std::size_t number, const Progress& steps) {
            Result<void>& outcome = outcomes[number];
            outcome = images_.create_blade_image(request.blades[number], request.image, steps);
            return outcome || outcome.error().code() == ErrorCode::already_exists;
        }));
    std::vector<ComponentName> made;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i]) made.push_back(request.blades[i]);
        if (!outcomes[i] && outcomes[i].error().code() == ErrorCode::already_exists) ++kept;
    }
    if (!made.empty())
        DIM_CHECK(blades_.tell(made, "blade image of " + to_string(request.image) + " created"));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        if (outcomes[i] || outcomes[i].error().code() == ErrorCode::already_exists) continue;
        return fail(Error(outcomes[i].error())
                        .with_default_cure("dim image import")
                        .with_context(to_string(request.blades[i])));
    }
    std::string done = "blade images of " + to_string(request.image) + ": " +
                       std::to_string(made.size()) + " created";
    if (kept != 0) done += ", " + std::to_string(kept) + " there already";
    return Edit{.done = std::move(done), .needs = {.dhcp = true}};
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
    return Edit{.done = std::move(done), .needs = {.dhcp = true}};
}

Result<Edit> ImageEdits::resize_blade_images(const api::ResizeBladeImages& request,
                                             const Progress& progress) {
    DIM_CHECK(api::check_blade_image_size(request.size_bytes));
    DIM_CHECK(blades_.require(request.blades));
    const std::string size = to_string(model::ByteSize(request.size_bytes));
    std::size_t resized = 0;
    for (const ComponentName& blade : request.blades) {
        progress("resize the image of " + to_string(blade), resized, request.blades.size());
        const auto resize = [&]() -> Result<void> {
            DIM_TRY(const api::BladeImage before, images_.blade_image(blade, request.image));
            if (request.size_bytes < before.size_bytes)
                DIM_CHECK(blades_.check_unused(blade, request.image));
            DIM_CHECK(images_.resize_blade_image(blade, request.image, request.size_bytes));
            if (request.size_bytes == before.size_bytes) return {};
            return blades_.tell({&blade, 1},
                                "blade image of " + to_string(request.image) + " resized from " +
                                    to_string(model::ByteSize(before.size_bytes)) + " to " + size);
        };
        if (auto done = resize(); !done) {
            Error error = std::move(done).error().with_context(to_string(blade));
            if (resized == 0) return fail(std::move(error));
            return fail(std::move(error).with_context(std::to_string(resized) + " of " +
                                                      std::to_string(request.blades.size()) +
                                                      " are resized"));
        }
        ++resized;
    }
    return Edit{.done = "blade images of " + to_string(request.image) + " of " +
                        blades_text(request.blades) + ": " + size};
}

Result<Edit> ImageEdits::delete_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(blades_.check_unused(blade, image));
    DIM_CHECK(images_.delete_blade_image(blade, image));
    DIM_CHECK(
        blades_.tell({&blade, 1}, "blade image of " + to_string(image) + " moved to the trash"));
    return Edit{.done = "blade image of " + to_string(image) + " for " + to_string(blade) +
                        " moved to the trash",
                .needs = {.dhcp = true}};
}

Result<Edit> ImageEdits::restore_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(blades_.require({&blade, 1}));
    DIM_CHECK(images_.restore_blade_image(blade, image));
    DIM_CHECK(blades_.tell({&blade, 1}, "blade image of " + to_string(image) + " restored"));
    return Edit{.done = "blade image of " + to_string(image) + " for " + to_string(blade) +
                        " restored from the trash",
                .needs = {.dhcp = true}};
}

Result<Edit> ImageEdits::purge_blade_images(const ComponentName& blade, const ImageName& image) {
    DIM_TRY(const std::uint64_t count, images_.purge_blade_images(blade, image));
    return Edit{.done = "blade images of " + to_string(image) + " for " + to_string(blade) +
                        " deleted from the trash: " + std::to_string(count)};
}

Result<Edit> ImageEdits::build_boot_file(const api::BuildBootFile& request,
                                         const Progress& progress) {
    DIM_TRY(const auto file, boot_files_.build(request, progress));
    Edit edit{.done = "boot file " + file.path + " built, " + std::to_string(file.bytes) +
                      " bytes" + (file.kernel ? ", kernel " + *file.kernel : "") +
                      "\nkernel command line: " + file.command_line,
              .needs = {.dhcp = true}};
    tell_lacks(boot_files_, file, edit);
    // From here on the newest one is in force: what fails is told, and undoes nothing.
    const auto kept = boot_files_.build_earlier(request.image, progress);
    if (!kept) edit.done += "\nearlier generations were not looked at: " + to_string(kept.error());
    for (const Error& error : kept.value_or(std::vector<Error>()))
        edit.done += "\nkept the boot file that it had: " + to_string(error);
    complete_boot_files(boot_files_, request.image, edit, progress);
    progress("telling the DHCP server", 0, 0);
    return edit;
}

}  // namespace dim::server
