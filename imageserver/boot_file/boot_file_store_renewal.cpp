// Boot files that are missing: of generations with another kernel, and those that were lost.

#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/boot_file/boot_file_work.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::server {

using model::Generation;
using model::ImageName;

/// Neither lost nor cut.
bool BootFileStore::is_there(const api::BootFile& file) const {
    const auto status = sys::stat(directory() + "/" + file.path);
    return status && status->size == file.bytes;
}

/// The generations of IMAGE that have none of FILES, all that it has, which is there and known to
/// have their kernel.
Result<std::vector<Generation>>
BootFileStore::uncovered(const api::ImageSummary& image,
                         const std::vector<KnownBootFile>& files) const {
    std::vector<Generation> found;
    const model::Platform* platform = model::platform_of(image.architecture);
    if (platform == nullptr || files.empty()) return found;
    const bool is_for_all = owner_of_kernel(*platform) == KernelOwner::server;
    DIM_TRY(const auto generations, images_->generation_numbers(image.name));
    for (const Generation generation : std::set(generations.begin(), generations.end())) {
        const KnownBootFile& file = *file_for(files, generation);
        if (!is_there(file.file) || !(is_for_all || file.covers(generation)))
            found.push_back(generation);
    }
    return found;
}

Result<std::vector<ImageName>> BootFileStore::unrenewed() const {
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto images, catalog.images());
    std::vector<ImageName> found;
    for (const ImageName& name : images) {
        const auto image = images_->image(name);
        if (!image) continue;
        DIM_TRY(const auto files, catalog.current(name));
        DIM_TRY(const auto generations, uncovered(*image, files));
        if (!generations.empty()) found.push_back(name);
    }
    return found;
}

Result<RenewedBootFiles> BootFileStore::renew(const ImageName& name, const Progress& progress) {
    RenewedBootFiles done;
    DIM_TRY(api::ImageSummary image, images_->image(name));
    const Generation newest = image.generation;
    DIM_TRY(const auto files, BootFileCatalog(*database_).current(image.name));
    DIM_TRY(const auto missing, uncovered(image, files));
    if (missing.empty()) return done;
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    if (owner_of_kernel(*platform) == KernelOwner::server) {
        DIM_TRY(api::BootFile made, renew_own(files.back(), progress));
        done.made.push_back(std::move(made));
        return done;
    }
    for (const Generation generation : missing) {
        image.generation = generation;
        auto made = renew_generation(image, *platform, progress);
        if (!made) {
            Error error = std::move(made).error();
            done.failure = generation == newest
                               ? std::move(error)
                               : in_earlier(image.name, generation, std::move(error));
        } else if (*made) {
            done.made.push_back(**std::move(made));
        }
    }
    if (!done.made.empty()) DIM_CHECK(retire_unneeded(image.name, sys::realtime_us()));
    return done;
}

/// LOST, which has DIM's own kernel, once more.
Result<api::BootFile> BootFileStore::renew_own(const KnownBootFile& lost,
                                               const Progress& progress) {
    const std::lock_guard lock(*work_);
    const std::string& words = lost.file.command_line;
    DIM_CHECK(rebuild_one(lost, kind_of(words), words, progress));
    DIM_TRY(const auto made, BootFileCatalog(*database_).current(lost.file.image));
    return made.back().file;
}

/// Of the generation that IMAGE tells; nothing when it has one that is there, or is seen to have
/// the kernel of the generation before.
Result<std::optional<api::BootFile>>
BootFileStore::renew_generation(const api::ImageSummary& image, const model::Platform& platform,
                                const Progress& progress) {
    using Made = std::optional<api::BootFile>;
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto files, catalog.current(image.name));
    DIM_TRY(const auto missing, uncovered(image, files));
    // One that was made a moment ago may be for this one, too.
    if (std::ranges::find(missing, image.generation) == missing.end()) return Made();
    const KnownBootFile& known = *file_for(files, image.generation);
    const bool is_lost = known.covers(image.generation);
    const KnownBootFile& like = is_lost ? known : files.back();
    const KernelWishes wishes = wishes_of(like.file);
    // What lies between may have another kernel.
    const bool is_next = !is_lost && known.file.generation < image.generation &&
                         is_there(known.file) && wishes_of(known.file) == wishes &&
                         std::ranges::none_of(
                             missing,
                             [&](Generation each) {
                                 return known.last_generation < each && each < image.generation;
                             });
    const PlatformKey key(image.name, is_lost ? known.file.path : "", image.generation, {});
    DIM_TRY(TakenKernel kernel, kernel_unless_failed(key, image, platform, wishes,
                                                     is_next ? known.kernel_mark : "", progress));
    if (!kernel.taken) {
        DIM_CHECK(catalog.extend(known.file.path, image.generation, kernel.mark));
        return Made();
    }
    const std::lock_guard lock(*work_);
    const std::string& command_line = like.file.command_line;
    // What it does not hold may be in those of platforms with more drivers.
    const bool is_for_all = known_drivers(image.architecture).empty();
    DIM_TRY(KnownBootFile made,
            assemble({.image = image,
                      .parts = {.platform = &platform,
                                .ramdisk = kind_of(command_line),
                                .command_line = command_line,
                                .kernel = std::move(kernel.taken)},
                      .wishes = wishes,
                      .last_generation = is_lost ? known.last_generation : image.generation,
                      .kernel_mark = std::move(kernel.mark),
                      .before = is_next && is_for_all ? &known : nullptr},
                     progress));
    if (is_next && made.file.path == known.file.path) return Made();
    return Made(std::move(made.file));
}

}  // namespace dim::server
