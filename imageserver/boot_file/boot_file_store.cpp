#include "imageserver/boot_file/boot_file_store.hpp"

#include "imageserver/boot_file/boot_drivers.hpp"
#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"
#include "libdim/tls/sha256.hpp"
#include "linuxrc/command_line.hpp"
#include "linuxrc/ramdisk.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace dim::server {

using model::ImageName;

namespace {

constexpr const char* kWork = "boot-work";
constexpr const char* kStaged = "boot-file";  ///< in the work directory
constexpr std::uint64_t kBootFileLimit = std::uint64_t{256} << 20;
/// What the file was called before there were platforms in the tree.
constexpr const char* kOldFileName = "zImage";

Result<std::string> render_words(const model::Platform& platform,
                                 const model::ComponentName& server, linuxrc::RamdiskKind kind,
                                 const std::vector<std::string>& options) {
    std::vector<std::string> words;
    for (const std::string_view word : split(platform.console, ' '))
        words.emplace_back(word);
    words.push_back("dim.server-name=" + server.text());
    for (std::string& word : linuxrc::command_line_words(kind))
        words.push_back(std::move(word));
    words.insert(words.end(), options.begin(), options.end());
    return linuxrc::render_command_line(words);
}

/// What render_words was given when it made COMMAND_LINE.
linuxrc::RamdiskKind kind_of(const std::string& command_line) {
    const auto words = linuxrc::command_line_words(linuxrc::RamdiskKind::initrd);
    const auto given = split(command_line, ' ');
    const bool is_initrd = std::ranges::search(given, words).begin() != given.end();
    return is_initrd ? linuxrc::RamdiskKind::initrd : linuxrc::RamdiskKind::initramfs;
}

Result<const model::Platform*> require_platform(model::Architecture architecture) {
    const model::Platform* platform = model::platform_of(architecture);
    if (platform != nullptr) return platform;
    return fail(ErrorCode::invalid_input,
                "no blade type boots images for " + std::string(to_string(architecture)) + " yet");
}

/// Where a boot file is below the TFTP root.
struct Place {
    std::string parent;     ///< "granite/3"
    std::string name;       ///< "ppc64-01234567"
    std::string file_name;  ///< "zImage"

    std::string file() const { return parent + "/" + name + "/" + file_name; }
    /// The opposite of file().
    static Place of(const std::string& path) {
        const std::filesystem::path whole(path);
        return {.parent = whole.parent_path().parent_path(),
                .name = whole.parent_path().filename(),
                .file_name = whole.filename()};
    }
};
Place place_of(const model::ImageName& image, model::Generation generation,
               const model::Platform& platform, const std::string& sha256) {
    return {.parent = image.text() + "/" + to_string(generation),
            .name = std::string(to_string(platform.architecture)) + "-" + sha256.substr(0, 8),
            .file_name = std::string(boot_file_name(platform.boot_file))};
}

/// Moves WORK/kStaged to PLACE below ROOT, where it appears whole. One that is there is replaced:
/// its name promises the same content.
Result<void> install(const std::string& work, const std::string& root, const Place& place) {
    const std::string file = work + "/" + kStaged;
    const std::string staged = work + "/staged";
    const std::string parent = root + "/" + place.parent;
    const std::string directory = parent + "/" + place.name;
    DIM_CHECK(sys::chmod(file, 0644));
    DIM_CHECK(sys::fsync(file));
    DIM_CHECK(sys::ensure_directory(parent));
    if (sys::stat(directory)) {
        DIM_CHECK(sys::rename(file, directory + "/" + place.file_name));
        return sys::fsync(directory);
    }
    DIM_CHECK(sys::mkdir(staged));
    DIM_CHECK(sys::chmod(staged, 0755));
    DIM_CHECK(sys::rename(file, staged + "/" + place.file_name));
    DIM_CHECK(sys::fsync(staged));
    DIM_CHECK(sys::rename(staged, directory));
    DIM_CHECK(sys::fsync(parent));
    // BOOT/IMAGE/GENERATION is often as new as what is in it.
    DIM_CHECK(sys::fsync(parent + "/.."));
    return sys::fsync(parent + "/../..");
}

/// Deletes PARENT/NAME, which has one boot file, unless it is current or was replaced after
/// BEFORE_US.
Result<void> collect_directory(const std::string& root, const std::string& parent,
                               const std::string& name, BootFileCatalog& catalog,
                               std::int64_t before_us) {
    const std::string path = parent + "/" + name;
    const auto files = sys::list_names(root + "/" + path);
    const std::string file =
        path + "/" + (!files || files->empty() ? kOldFileName : files->front());
    DIM_TRY(const sys::Fd directory, sys::open_directory(root + "/" + parent));
    DIM_TRY(const sys::FileStatus status, sys::fstatat(directory, name));
    // One without a row was made by a daemon that was killed before it could say so.
    DIM_TRY(const std::int64_t last_used_us, catalog.last_used_us(file, status.modified_us));
    if (last_used_us >= before_us) return {};
    DIM_CHECK(sys::remove_tree(directory, name));
    return catalog.forget(file);
}

Result<void> collect_generation(const std::string& root, const std::string& image,
                                const std::string& generation, BootFileCatalog& catalog,
                                std::int64_t before_us) {
    const std::string path = image + "/" + generation;
    // Before there were platforms in the tree, the generation's directory had the file.
    if (sys::stat(root + "/" + path + "/" + kOldFileName))
        return collect_directory(root, image, generation, catalog, before_us);
    DIM_TRY(const auto names, sys::list_names(root + "/" + path));
    for (const std::string& name : names)
        DIM_CHECK(collect_directory(root, path, name, catalog, before_us));
    DIM_TRY(const auto left, sys::list_names(root + "/" + path));
    return left.empty() ? sys::rmdir(root + "/" + path) : Result<void>();
}

Result<void> remove_work(const std::string& state_directory) {
    DIM_TRY(const sys::Fd state, sys::open_directory(state_directory));
    return sys::remove_tree(state, kWork);
}

}  // namespace

Result<BootFileStore> BootFileStore::open(Settings settings, Database& database, Images& images) {
    BootFileStore files(std::move(settings), database, images);
    DIM_CHECK(sys::ensure_directory(files.directory()));
    DIM_CHECK(remove_work(files.settings_.state_directory));
    // They are served by their old paths until it succeeds.
    (void)files.follow_names();
    return files;
}

Result<api::BootFile> BootFileStore::build(const api::BuildBootFile& request,
                                           const Progress& progress) {
    DIM_TRY(const api::ImageSummary image, images_->image(request.image));
    DIM_TRY(const linuxrc::RamdiskKind kind,
            linuxrc::parse_ramdisk_kind(request.ramdisk.value_or("initramfs")));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(std::string command_line,
            render_words(*platform, settings_.server, kind, request.options));
    // Takes its time, and needs nothing that others wait for.
    std::optional<DistributionKernel> kernel;
    if (platform->boot_file == model::BootFileFormat::unified_kernel_image) {
        progress("take the kernel and its drivers", 0, kBootFileSteps);
        DIM_TRY(kernel, kernel_of_newest(image.name));
    }
    const std::lock_guard lock(*work_);
    return assemble(image,
                    {.platform = platform,
                     .ramdisk = kind,
                     .command_line = std::move(command_line),
                     .authorities = settings_.authorities(),
                     .kernel = std::move(kernel)},
                    progress);
}

Result<DistributionKernel> BootFileStore::kernel_of_newest(const ImageName& image) {
    Result<DistributionKernel> kernel = fail(ErrorCode::internal, "");
    DIM_CHECK(images_->look_into_newest(image, [&](const GenerationTree& tree) -> Result<void> {
        kernel = take_kernel(tree, kAmd64Drivers);
        return {};
    }));
    if (!kernel) return fail(std::move(kernel).error().with_context("image " + image.text()));
    return kernel;
}

Result<api::BootFile> BootFileStore::rebuild(const ImageName& image, const Progress& progress) {
    const std::lock_guard lock(*work_);
    DIM_TRY(api::ImageSummary summary, images_->image(image));
    DIM_TRY(auto file, BootFileCatalog(*database_).current(image));
    if (!file) return fail(ErrorCode::not_found, "image " + image.text() + " has no boot file");
    DIM_TRY(const model::Platform* platform, require_platform(summary.architecture));
    // The kernel it has: the image may be worked on meanwhile.
    std::optional<DistributionKernel> kernel;
    if (platform->boot_file == model::BootFileFormat::unified_kernel_image) {
        DIM_TRY(const std::string bytes,
                sys::read_file(directory() + "/" + file->path, kBootFileLimit));
        DIM_TRY(kernel, kernel_in(bytes, file->kernel.value_or("")));
        summary.generation = file->generation;
    }
    const linuxrc::RamdiskKind kind = kind_of(file->command_line);
    return assemble(summary,
                    {.platform = platform,
                     .ramdisk = kind,
                     .command_line = file->command_line,
                     .authorities = settings_.authorities(),
                     .kernel = std::move(kernel)},
                    progress);
}

/// With the lock on the work directory.
Result<api::BootFile> BootFileStore::assemble(const api::ImageSummary& image,
                                              const BootFileOrder& order,
                                              const Progress& progress) {
    const std::string work = settings_.state_directory + "/" + kWork;
    DIM_CHECK(remove_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_TRY(AssembledBootFile made, assemble_boot_file(settings_.materials, order, work, progress));
    progress("install it", 2, kBootFileSteps);
    DIM_CHECK(sys::write_file_atomically(work + "/" + kStaged, made.bytes));
    const std::string sha256 = tls::sha256(made.bytes);
    const Place place = place_of(image.name, image.generation, *order.platform, sha256);
    DIM_CHECK(install(work, directory(), place));
    DIM_CHECK(remove_work(settings_.state_directory));
    api::BootFile file{.image = image.name,
                       .generation = image.generation,
                       .path = place.file(),
                       .bytes = made.bytes.size(),
                       .sha256 = sha256,
                       .command_line = order.command_line,
                       .kernel = std::move(made.kernel)};
    BootFileCatalog catalog(*database_);
    DIM_CHECK(catalog.make_current(file, tls::sha256(order.authorities), sys::realtime_us()));
    progress("done", kBootFileSteps, kBootFileSteps);
    return file;
}

Result<void> BootFileStore::retire(const ImageName& image) {
    return BootFileCatalog(*database_).retire(image, sys::realtime_us());
}

Result<void> BootFileStore::follow_names() {
    const std::lock_guard lock(*work_);
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto misplaced, catalog.misplaced());
    const std::string work = settings_.state_directory + "/" + kWork;
    for (const api::BootFile& file : misplaced) {
        const auto image = images_->image(file.image);
        const auto from = sys::open(directory() + "/" + file.path, O_RDONLY);
        // It is no image's, or it was taken away by hand: nothing to be found anywhere.
        if (!image || !from) continue;
        DIM_CHECK(remove_work(settings_.state_directory));
        DIM_CHECK(sys::mkdir(work, 0700));
        {
            DIM_TRY(const sys::Fd copy,
                    sys::open(work + "/" + kStaged, O_WRONLY | O_CREAT | O_EXCL, 0644));
            DIM_CHECK(sys::copy_file(*from, copy));
        }
        Place place = Place::of(file.path);
        place.parent = image->name.text() + "/" + to_string(file.generation);
        // As it was before there were platforms in the tree.
        if (std::ranges::count(file.path, '/') < 3)
            place.name =
                std::string(to_string(image->architecture)) + "-" + file.sha256.substr(0, 8);
        DIM_CHECK(install(work, directory(), place));
        DIM_CHECK(catalog.move(file.path, place.file(), sys::realtime_us()));
    }
    return remove_work(settings_.state_directory);
}

Result<std::optional<api::BootFile>> BootFileStore::current(const ImageName& image) const {
    DIM_CHECK(images_->image(image));
    DIM_TRY(std::optional<api::BootFile> file, BootFileCatalog(*database_).current(image));
    if (file && !sys::stat(directory() + "/" + file->path)) return std::optional<api::BootFile>();
    return file;
}

Result<std::string> BootFileStore::with_arguments(const api::BootFile& file,
                                                  const std::vector<std::string>& words) const {
    const std::lock_guard lock(*work_);
    std::vector<std::string> all;
    for (const std::string_view word : split(file.command_line, ' '))
        all.emplace_back(word);
    all.insert(all.end(), words.begin(), words.end());
    DIM_TRY(const std::string command_line, linuxrc::render_command_line(all));
    DIM_TRY(const api::ImageSummary image, images_->image(file.image));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(std::string original, sys::read_file(directory() + "/" + file.path, kBootFileLimit));
    auto made = with_other_command_line(platform->boot_file, std::move(original), file.command_line,
                                        command_line);
    if (!made)
        return fail(std::move(made).error().with_context(file.path).with_cure(
            "build it anew: dim buildzimage " + file.image.text()));
    Place place = Place::of(file.path);
    place.name = place.name.substr(0, place.name.rfind('-') + 1) + tls::sha256(*made).substr(0, 8);
    std::string path = place.file();
    DIM_CHECK(BootFileCatalog(*database_).add_variant(path, file.path));
    if (sys::stat(directory() + "/" + path)) return path;
    const std::string work = settings_.state_directory + "/" + kWork;
    DIM_CHECK(remove_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_CHECK(sys::write_file_atomically(work + "/" + kStaged, *made));
    DIM_CHECK(install(work, directory(), place));
    DIM_CHECK(remove_work(settings_.state_directory));
    return path;
}

Result<std::vector<ImageName>> BootFileStore::outdated() const {
    DIM_TRY(auto images,
            BootFileCatalog(*database_).not_trusting(tls::sha256(settings_.authorities())));
    // What no blade can boot need not trust anybody, and could not be built anew.
    std::erase_if(images, [&](const ImageName& name) {
        const auto image = images_->image(name);
        const model::Platform* platform = image ? model::platform_of(image->architecture) : nullptr;
        if (platform == nullptr) return true;
        if (platform->boot_file == model::BootFileFormat::zimage) return false;
        const auto file = current(name);
        return !file || !*file ||
               Place::of((*file)->path).file_name != boot_file_name(platform->boot_file);
    });
    return images;
}

Result<void> BootFileStore::collect() {
    const std::lock_guard lock(*work_);
    BootFileCatalog catalog(*database_);
    const std::int64_t now_us = sys::realtime_us();
    DIM_CHECK(catalog.clamp(now_us));
    const std::int64_t before_us = now_us - std::chrono::microseconds(kKeepReplaced).count();
    DIM_TRY(const auto images, sys::list_names(directory()));
    for (const std::string& image : images) {
        DIM_TRY(const auto generations, sys::list_names(directory() + "/" + image));
        for (const std::string& generation : generations)
            DIM_CHECK(collect_generation(directory(), image, generation, catalog, before_us));
    }
    return {};
}

std::string BootFileStore::directory() const { return settings_.state_directory + "/boot"; }

}  // namespace dim::server
