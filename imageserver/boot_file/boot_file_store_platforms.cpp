// Boot files of platforms that the cluster definition adds with more drivers: each beside a boot
// file for all, of the same kernel, with the same words.

#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/boot_file/boot_file_work.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <ranges>

namespace dim::server {

using model::ImageName;
using Drivers = std::vector<std::string>;

namespace {

std::set<Drivers> drivers_of(const std::vector<model::PlatformRow>& rows,
                             model::Architecture architecture) {
    std::set<Drivers> drivers;
    for (const model::PlatformRow& row : rows)
        if (!row.drivers.empty() && architecture_of(row.like) == architecture)
            drivers.insert(row.drivers);
    return drivers;
}

/// A disk that is full or cannot be read, or an image that others work on, says nothing of it.
bool is_of_the_image(const Error& error) {
    using enum ErrorCode;
    if (error.system_errno() != 0) return false;
    return error.code() == not_found || error.code() == invalid_input ||
           error.code() == limit_exceeded;
}

}  // namespace

/// The sets of drivers that platforms of blades here add to boot files for ARCHITECTURE.
std::set<Drivers> BootFileStore::known_drivers(model::Architecture architecture) const {
    return blades_.all ? drivers_of(blades_.all(), architecture) : std::set<Drivers>();
}

/// Of these, what blades add that are assigned IMAGE: another distribution may not have theirs.
Result<std::set<Drivers>> BootFileStore::wanted_drivers(const api::ImageSummary& image) const {
    if (!blades_.of_image) return std::set<Drivers>();
    DIM_TRY(const auto rows, blades_.of_image(image.name));
    return drivers_of(rows, image.architecture);
}

/// "platform epyc, milan"
std::string BootFileStore::platforms_with(const Drivers& drivers) const {
    std::string names;
    for (const model::PlatformRow& row : blades_.all())
        if (row.drivers == drivers) names += (names.empty() ? "" : ", ") + to_string(row.name);
    return "platform " + names;
}

/// The sets of drivers of WANTED whose file is not there beside BASE.
Result<std::vector<Drivers>> BootFileStore::missing_beside(const KnownBootFile& base,
                                                           const std::set<Drivers>& wanted) const {
    DIM_TRY(const auto there, BootFileCatalog(*database_).platform_files(base.file.path));
    std::set<Drivers> missing = wanted;
    for (const PlatformBootFile& file : there)
        if (sys::stat(directory() + "/" + file.path)) missing.erase(file.drivers);
    return std::vector(missing.begin(), missing.end());
}

Result<std::vector<ImageName>> BootFileStore::incomplete() const {
    DIM_TRY(const auto images, BootFileCatalog(*database_).images());
    std::vector<ImageName> found;
    for (const ImageName& name : images) {
        const auto image = images_->image(name);
        if (!image) continue;
        DIM_TRY(const auto wanted, wanted_drivers(*image));
        if (wanted.empty()) continue;
        DIM_TRY(const auto bases, needed(name));
        for (const KnownBootFile& base : bases) {
            DIM_TRY(const auto missing, missing_beside(base, wanted));
            if (missing.empty()) continue;
            found.push_back(name);
            break;
        }
    }
    return found;
}

Result<CompletedBootFiles> BootFileStore::complete(const ImageName& name,
                                                   const Progress& progress) {
    CompletedBootFiles done;
    DIM_TRY(const api::ImageSummary image, images_->image(name));
    DIM_TRY(const auto wanted, wanted_drivers(image));
    if (wanted.empty()) return done;
    DIM_TRY(const auto bases, needed(name));
    // The newest is what most wait for.
    for (const KnownBootFile& base : bases | std::views::reverse) {
        DIM_TRY(const auto missing, missing_beside(base, wanted));
        for (const Drivers& drivers : missing) {
            auto made = complete_one(base, drivers, progress);
            if (made)
                done.made.push_back(*std::move(made));
            else if (!done.failure)
                done.failure = std::move(made).error().with_context(platforms_with(drivers));
        }
    }
    return done;
}

Result<PlatformBootFile> BootFileStore::complete_one(const KnownBootFile& base,
                                                     const Drivers& drivers,
                                                     const Progress& progress) {
    const ImageName& name = base.file.image;
    // One that has this kernel: that which the file was made of may be gone.
    DIM_TRY(const auto files, BootFileCatalog(*database_).current(name));
    DIM_TRY(const auto generations, images_->generation_numbers(name));
    std::optional<model::Generation> of_base;
    for (const model::Generation generation : generations) {
        const KnownBootFile* file = file_for(files, generation);
        if (file != nullptr && file->file.path == base.file.path &&
            (!of_base || *of_base < generation))
            of_base = generation;
    }
    if (!of_base)
        return fail(ErrorCode::conflict, "boot file " + base.file.path + " was replaced meanwhile");
    const PlatformKey key(name, base.file.path, *of_base, drivers);
    return make_one(key, base, progress);
}

/// What KEY tells, beside BASE.
Result<PlatformBootFile> BootFileStore::make_one(const PlatformKey& key, const KnownBootFile& base,
                                                 const Progress& progress) {
    const auto& [name, path, generation, drivers] = key;
    DIM_TRY(api::ImageSummary image, images_->image(name));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    image.generation = generation;
    const KernelWishes wishes = with_drivers(wishes_of(base.file), drivers);
    DIM_TRY(TakenKernel kernel, kernel_unless_failed(key, image, *platform, wishes, "", progress));
    const std::lock_guard lock(*work_);
    return add_platform_file(base,
                             {.platform = platform,
                              .command_line = base.file.command_line,
                              .kernel = std::move(kernel.taken)},
                             drivers, progress);
}

/// Of the generation that IMAGE tells, for what KEY tells. What was not found is not looked for
/// again for a while.
Result<BootFileStore::TakenKernel>
BootFileStore::kernel_unless_failed(const PlatformKey& key, const api::ImageSummary& image,
                                    const model::Platform& platform, const KernelWishes& wishes,
                                    const std::string& known_mark, const Progress& progress) {
    if (auto failure = lasting_failure(key)) return fail(*std::move(failure));
    progress(known_mark.empty() ? "take the kernel and its drivers" : "look for another kernel", 0,
             kBootFileSteps);
    auto kernel = kernel_of(image, platform, wishes, known_mark);
    if (!kernel) keep_failure(key, kernel.error());
    return kernel;
}

/// Why what KEY tells was not made, when it is no use to try it again yet.
std::optional<Error> BootFileStore::lasting_failure(const PlatformKey& key) const {
    const std::lock_guard lock(failures_->mutex);
    const auto found = failures_->at_us.find(key);
    if (found == failures_->at_us.end()) return std::nullopt;
    const auto& [error, at_us] = found->second;
    if (sys::boottime_us() - at_us >= settings_.retry_after.count()) return std::nullopt;
    return error;
}

/// ERROR is of kernel_of(): what it does not find in the image is not there the next time, either.
void BootFileStore::keep_failure(const PlatformKey& key, const Error& error) const {
    if (!is_of_the_image(error)) return;
    const std::int64_t now_us = sys::boottime_us();
    const std::lock_guard lock(failures_->mutex);
    std::erase_if(failures_->at_us, [&](const auto& each) {
        return now_us - each.second.second >= settings_.retry_after.count();
    });
    failures_->at_us.insert_or_assign(key, std::pair(error, now_us));
}

void BootFileStore::forget_failures(const ImageName& image) const {
    const std::lock_guard lock(failures_->mutex);
    std::erase_if(failures_->at_us,
                  [&](const auto& each) { return std::get<ImageName>(each.first) == image; });
}

/// With the lock on the work directory.
Result<PlatformBootFile> BootFileStore::add_platform_file(const KnownBootFile& base,
                                                          BootFileOrder parts,
                                                          const Drivers& drivers,
                                                          const Progress& progress) {
    const std::string work = settings_.state_directory + "/" + kBootWork;
    parts.authorities = settings_.authorities();
    DIM_CHECK(remove_boot_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_TRY(const AssembledBootFile made,
            assemble_boot_file(settings_.materials, parts, work, progress));
    progress("install it", 2, kBootFileSteps);
    DIM_TRY(const BootFilePlace place,
            install(base.file.image, base.file.generation, *parts.platform, made.bytes));
    PlatformBootFile file{.drivers = drivers, .path = place.file()};
    DIM_CHECK(BootFileCatalog(*database_).add_platform_file(base.file.path, file));
    return file;
}

/// Those beside OLD are beside MADE, too, which has taken its place. With the lock on the work
/// directory.
Result<void> BootFileStore::rebuild_platform_files(const KnownBootFile& old,
                                                   const KnownBootFile& made,
                                                   const model::Platform& platform,
                                                   const Progress& progress) {
    DIM_TRY(const auto files, BootFileCatalog(*database_).platform_files(old.file.path));
    for (const PlatformBootFile& file : files) {
        const auto bytes = sys::read_file(directory() + "/" + file.path, kBootFileLimit);
        // One that was lost is made of the image: it is missing.
        if (!bytes) continue;
        DIM_TRY(DistributionKernel kernel,
                kernel_in(platform.boot_file, *bytes, old.file.kernel.value_or("")));
        DIM_CHECK(add_platform_file(made,
                                    {.platform = &platform,
                                     .command_line = made.file.command_line,
                                     .kernel = std::move(kernel)},
                                    file.drivers, progress));
    }
    return {};
}

/// Those beside what is FROM are found below PARENT, beside what is TO. With the lock on the work
/// directory.
Result<void> BootFileStore::move_platform_files(const std::string& from, const std::string& to,
                                                const std::string& parent) {
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto files, catalog.platform_files(from));
    for (const PlatformBootFile& file : files) {
        if (!sys::stat(directory() + "/" + file.path)) continue;
        BootFilePlace place = BootFilePlace::of(file.path);
        place.parent = parent;
        DIM_CHECK(copy_file(file.path, place));
        DIM_CHECK(catalog.add_platform_file(to, {.drivers = file.drivers, .path = place.file()}));
    }
    return {};
}

/// That of FILE, a current one, for platforms with DRIVERS.
Result<std::string> BootFileStore::platform_path(const api::BootFile& file,
                                                 const Drivers& drivers) const {
    if (drivers.empty()) return file.path;
    DIM_TRY(const auto files, BootFileCatalog(*database_).platform_files(file.path));
    const auto found = std::ranges::find(files, drivers, &PlatformBootFile::drivers);
    if (found != files.end() && sys::stat(directory() + "/" + found->path)) return found->path;
    std::string names;
    for (const std::string& driver : drivers)
        names += (names.empty() ? "" : ", ") + driver;
    return fail(
        Error(ErrorCode::not_found,
              "image " + file.image.text() + " has no boot file with the drivers " + names + " yet")
            .with_cure("dim buildzimage " + file.image.text() +
                       " says why; otherwise it is made within a minute"));
}

}  // namespace dim::server
