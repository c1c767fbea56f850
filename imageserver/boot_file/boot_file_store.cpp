#include "imageserver/boot_file/boot_file_store.hpp"

#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_tree.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/bond.hpp"
#include "libdim/model/vlan.hpp"
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
#include <ranges>

namespace dim::server {

using model::ImageName;

namespace {

constexpr const char* kWork = "boot-work";
constexpr std::size_t kMostVariants = 10'000;
constexpr std::uint64_t kBootFileLimit = std::uint64_t{256} << 20;

/// Of the words that would lead the agent to another network: it cannot tell the server.
Result<void> check_network_words(const std::vector<std::string>& options) {
    constexpr std::string_view kVlan = "dim.vlan=";
    constexpr std::string_view kBond = "dim.bond=";
    for (const std::string_view option : options) {
        std::optional<Error> wrong;
        if (option.starts_with(kVlan)) {
            auto vlan = model::VlanId::parse(option.substr(kVlan.size()));
            if (!vlan) wrong = std::move(vlan).error();
        } else if (option.starts_with(kBond)) {
            auto bond = model::Bond::parse(option.substr(kBond.size()));
            if (!bond) wrong = std::move(bond).error();
        }
        if (wrong) return fail(std::move(*wrong).with_context(printable(option, 80)));
    }
    return {};
}

Result<std::string> render_words(const model::Platform& platform,
                                 const model::ComponentName& server, linuxrc::RamdiskKind kind,
                                 const std::vector<std::string>& options) {
    DIM_CHECK(check_network_words(options));
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

KernelOwner owner_of_kernel(const model::Platform& platform) {
    return boots_distributions_kernel(platform) ? KernelOwner::image : KernelOwner::server;
}

/// Whether the newest generation may have another kernel than the last of FILES, those of IMAGE.
bool is_unrenewed(const api::ImageSummary& image, const std::vector<KnownBootFile>& files) {
    const model::Platform* platform = model::platform_of(image.architecture);
    return platform != nullptr && owner_of_kernel(*platform) == KernelOwner::image &&
           !files.empty() && files.back().last_generation < image.generation;
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

/// What an image's own kernel brings to a boot file.
struct BootFileStore::NewestKernel {
    std::string mark;                         ///< kernel_mark()
    std::optional<DistributionKernel> taken;  ///< nothing: the mark was the one that is known
};

struct BootFileStore::Order {
    api::ImageSummary image;  ///< of the generation that it is for
    BootFileOrder parts;
    model::Generation last_generation;
    std::string kernel_mark = {};
    /// The one in use for the generations before: enough when it would be the same.
    const KnownBootFile* before = nullptr;
};

Result<api::BootFile> BootFileStore::build(const api::BuildBootFile& request,
                                           const Progress& progress) {
    DIM_TRY(const api::ImageSummary image, images_->image(request.image));
    DIM_TRY(const linuxrc::RamdiskKind kind,
            linuxrc::parse_ramdisk_kind(request.ramdisk.value_or("initramfs")));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(const std::string command_line,
            render_words(*platform, settings_.server, kind, request.options));
    Order order{
        .image = image,
        .parts = {.platform = platform, .ramdisk = kind, .command_line = command_line},
        .last_generation = image.generation,
    };
    // Takes its time, and needs nothing that others wait for.
    if (owner_of_kernel(*platform) == KernelOwner::image) {
        progress("take the kernel and its drivers", 0, kBootFileSteps);
        DIM_TRY(NewestKernel newest, kernel_of_newest(image.name, *platform, ""));
        order.parts.kernel = std::move(newest.taken);
        order.kernel_mark = std::move(newest.mark);
    }
    const std::lock_guard lock(*work_);
    DIM_TRY(KnownBootFile built, assemble(order, progress));
    DIM_TRY(const auto all, needed(image.name));
    for (const KnownBootFile& other : all)
        if (other.file.path != built.file.path)
            DIM_CHECK(rebuild_one(other, kind, command_line, progress));
    return std::move(built.file);
}

Result<BootFileStore::NewestKernel> BootFileStore::kernel_of_newest(const ImageName& image,
                                                                    const model::Platform& platform,
                                                                    const std::string& known_mark) {
    NewestKernel newest;
    Result<void> taken;
    DIM_CHECK(images_->look_into_newest(image, [&](const GenerationTree& tree) -> Result<void> {
        taken = [&]() -> Result<void> {
            DIM_TRY(newest.mark, kernel_mark(tree, platform));
            if (newest.mark == known_mark) return {};
            DIM_TRY(newest.taken, take_kernel(tree, platform));
            return {};
        }();
        return {};
    }));
    if (!taken) return fail(std::move(taken).error().with_context("image " + image.text()));
    return newest;
}

Result<std::optional<api::BootFile>> BootFileStore::renew(const ImageName& name,
                                                          const Progress& progress) {
    using Made = std::optional<api::BootFile>;
    DIM_TRY(const api::ImageSummary image, images_->image(name));
    DIM_TRY(const auto files, BootFileCatalog(*database_).current(image.name));
    if (!is_unrenewed(image, files)) return Made();
    const KnownBootFile& known = files.back();
    progress("look for another kernel", 0, kBootFileSteps);
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(NewestKernel newest, kernel_of_newest(image.name, *platform, known.kernel_mark));
    if (!newest.taken) {
        DIM_CHECK(
            BootFileCatalog(*database_).extend(known.file.path, image.generation, newest.mark));
        return Made();
    }
    const std::lock_guard lock(*work_);
    const std::string& command_line = known.file.command_line;
    DIM_TRY(KnownBootFile made, assemble({.image = image,
                                          .parts = {.platform = platform,
                                                    .ramdisk = kind_of(command_line),
                                                    .command_line = command_line,
                                                    .kernel = std::move(newest.taken)},
                                          .last_generation = image.generation,
                                          .kernel_mark = std::move(newest.mark),
                                          .before = &known},
                                         progress));
    if (made.file.path == known.file.path) return Made();
    return Made(std::move(made.file));
}

Result<std::vector<ImageName>> BootFileStore::unrenewed() const {
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto images, catalog.images());
    std::vector<ImageName> found;
    for (const ImageName& name : images) {
        const auto image = images_->image(name);
        if (!image) continue;
        DIM_TRY(const auto files, catalog.current(name));
        if (is_unrenewed(*image, files)) found.push_back(name);
    }
    return found;
}

/// Those in use for a generation that is still there.
Result<std::vector<KnownBootFile>> BootFileStore::needed(const ImageName& image) const {
    DIM_TRY(const auto files, BootFileCatalog(*database_).current(image));
    DIM_TRY(const auto generations, images_->generation_numbers(image));
    std::vector<KnownBootFile> result;
    for (const KnownBootFile& known : files) {
        const bool is_used = std::ranges::any_of(
            generations, [&](model::Generation each) { return file_for(files, each) == &known; });
        if (is_used) result.push_back(known);
    }
    return result;
}

Result<void> BootFileStore::rebuild(const ImageName& image, const Progress& progress) {
    const std::lock_guard lock(*work_);
    DIM_TRY(const auto files, needed(image));
    if (files.empty())
        return fail(ErrorCode::not_found, "image " + image.text() + " has no boot file");
    // One that was lost keeps no other from being built, the newest least of all.
    Result<void> first;
    for (const KnownBootFile& known : files | std::views::reverse) {
        const std::string& words = known.file.command_line;
        auto built = rebuild_one(known, kind_of(words), words, progress);
        if (!built && first) first = std::move(built);
    }
    DIM_CHECK(first);
    return retire_unneeded(image, sys::realtime_us());
}

/// With the lock on the work directory.
Result<void> BootFileStore::rebuild_one(const KnownBootFile& known, linuxrc::RamdiskKind ramdisk,
                                        const std::string& command_line, const Progress& progress) {
    DIM_TRY(api::ImageSummary image, images_->image(known.file.image));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    Order order{
        .image = std::move(image),
        .parts = {.platform = platform, .ramdisk = ramdisk, .command_line = command_line},
        .last_generation = known.last_generation,
        .kernel_mark = known.kernel_mark,
    };
    // The kernel it has: the image may be worked on meanwhile.
    if (owner_of_kernel(*platform) == KernelOwner::image) {
        DIM_TRY(const std::string bytes,
                sys::read_file(directory() + "/" + known.file.path, kBootFileLimit));
        DIM_TRY(order.parts.kernel,
                kernel_in(platform->boot_file, bytes, known.file.kernel.value_or("")));
        // What a zImage holds of it does not tell.
        order.parts.kernel->version = known.file.kernel_version.value_or("");
        order.image.generation = known.file.generation;
    }
    DIM_CHECK(assemble(order, progress));
    return {};
}

/// Whom files trust that are made now, and who vouches for them.
std::string BootFileStore::trust_mark(const std::string& authorities) const {
    const auto key = secure_boot_key(settings_.materials);
    // Building one will say what is wrong with it.
    return tls::sha256(authorities + (key && *key ? (*key)->certificate : ""));
}

/// With the lock on the work directory.
Result<KnownBootFile> BootFileStore::assemble(Order order, const Progress& progress) {
    const std::string work = settings_.state_directory + "/" + kWork;
    order.parts.authorities = settings_.authorities();
    DIM_CHECK(remove_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_TRY(AssembledBootFile made,
            assemble_boot_file(settings_.materials, order.parts, work, progress));
    const std::string sha256 = tls::sha256(made.bytes);
    BootFileCatalog catalog(*database_);
    if (order.before != nullptr && order.before->file.sha256 == sha256) {
        DIM_CHECK(remove_work(settings_.state_directory));
        DIM_CHECK(
            catalog.extend(order.before->file.path, order.last_generation, order.kernel_mark));
        return *order.before;
    }
    progress("install it", 2, kBootFileSteps);
    DIM_CHECK(sys::write_file_atomically(work + "/" + kStagedBootFile, made.bytes));
    const model::Platform& platform = *order.parts.platform;
    const BootFilePlace place =
        place_of(order.image.name, order.image.generation, platform, sha256);
    DIM_CHECK(install_boot_file(work, directory(), place));
    DIM_CHECK(remove_work(settings_.state_directory));
    KnownBootFile known{.file = {.image = order.image.name,
                                 .generation = order.image.generation,
                                 .path = place.file(),
                                 .bytes = made.bytes.size(),
                                 .sha256 = sha256,
                                 .command_line = order.parts.command_line,
                                 .kernel = std::move(made.kernel),
                                 .kernel_version = std::move(made.kernel_version)},
                        .last_generation = order.last_generation,
                        .kernel_mark = std::move(order.kernel_mark)};
    DIM_CHECK(catalog.make_current(known, owner_of_kernel(platform),
                                   trust_mark(order.parts.authorities), sys::realtime_us()));
    progress("done", kBootFileSteps, kBootFileSteps);
    return known;
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
                    sys::open(work + "/" + kStagedBootFile, O_WRONLY | O_CREAT | O_EXCL, 0644));
            DIM_CHECK(sys::copy_file(*from, copy));
        }
        BootFilePlace place = BootFilePlace::of(file.path);
        place.parent = image->name.text() + "/" + to_string(file.generation);
        // As it was before there were platforms in the tree.
        if (std::ranges::count(file.path, '/') < 3)
            place.name =
                std::string(to_string(image->architecture)) + "-" + file.sha256.substr(0, 8);
        DIM_CHECK(install_boot_file(work, directory(), place));
        DIM_CHECK(catalog.move(file.path, place.file(), sys::realtime_us()));
    }
    return remove_work(settings_.state_directory);
}

Result<std::optional<api::BootFile>> BootFileStore::current(const ImageName& name) const {
    DIM_TRY(const api::ImageSummary image, images_->image(name));
    return of_generation(name, image.generation);
}

Result<std::optional<api::BootFile>>
BootFileStore::of_generation(const ImageName& image, model::Generation generation) const {
    DIM_TRY(const auto files, BootFileCatalog(*database_).current(image));
    const KnownBootFile* known = file_for(files, generation);
    if (known == nullptr || !sys::stat(directory() + "/" + known->file.path))
        return std::optional<api::BootFile>();
    return known->file;
}

Result<std::string> BootFileStore::with_arguments(const api::BootFile& file,
                                                  const std::vector<std::string>& words) const {
    const std::pair key(file.path, words);
    if (auto known = known_variant(key)) return *std::move(known);
    DIM_CHECK(check_network_words(words));
    const std::lock_guard lock(*work_);
    std::vector<std::string> all;
    for (const std::string_view word : split(file.command_line, ' '))
        all.emplace_back(word);
    all.insert(all.end(), words.begin(), words.end());
    DIM_TRY(const std::string command_line, linuxrc::render_command_line(all));
    DIM_TRY(const api::ImageSummary image, images_->image(file.image));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(std::string original, sys::read_file(directory() + "/" + file.path, kBootFileLimit));
    auto made = with_other_command_line(settings_.materials, platform->boot_file,
                                        std::move(original), file.command_line, command_line);
    if (!made)
        return fail(std::move(made).error().with_context(file.path).with_cure(
            "build it anew: dim buildzimage " + file.image.text()));
    BootFilePlace place = BootFilePlace::of(file.path);
    place.name = place.name.substr(0, place.name.rfind('-') + 1) + tls::sha256(*made).substr(0, 8);
    std::string path = place.file();
    DIM_CHECK(BootFileCatalog(*database_).add_variant(path, file.path));
    if (sys::stat(directory() + "/" + path)) {
        keep_variant(key, path);
        return path;
    }
    const std::string work = settings_.state_directory + "/" + kWork;
    DIM_CHECK(remove_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_CHECK(sys::write_file_atomically(work + "/" + kStagedBootFile, *made));
    DIM_CHECK(install_boot_file(work, directory(), place));
    DIM_CHECK(remove_work(settings_.state_directory));
    keep_variant(key, path);
    return path;
}

/// A path says the content, so what was made of the same is there as long as its file.
std::optional<std::string> BootFileStore::known_variant(const VariantKey& key) const {
    const std::lock_guard lock(variants_->mutex);
    const auto found = variants_->paths.find(key);
    if (found == variants_->paths.end()) return std::nullopt;
    if (sys::stat(directory() + "/" + found->second)) return found->second;
    variants_->paths.erase(found);
    return std::nullopt;
}

void BootFileStore::keep_variant(const VariantKey& key, const std::string& path) const {
    const std::lock_guard lock(variants_->mutex);
    // Those of files that were replaced long ago are not asked for again.
    if (variants_->paths.size() >= kMostVariants) variants_->paths.clear();
    variants_->paths.insert_or_assign(key, path);
}

Result<std::vector<ImageName>> BootFileStore::outdated() const {
    DIM_TRY(auto images,
            BootFileCatalog(*database_).not_trusting(trust_mark(settings_.authorities())));
    // What no blade can boot need not trust anybody, and could not be built anew.
    std::erase_if(images, [&](const ImageName& name) {
        const auto image = images_->image(name);
        const model::Platform* platform = image ? model::platform_of(image->architecture) : nullptr;
        if (platform == nullptr) return true;
        if (owner_of_kernel(*platform) == KernelOwner::server) return false;
        const auto file = current(name);
        return !file || !*file || !(*file)->kernel ||
               BootFilePlace::of((*file)->path).file_name != boot_file_name(platform->boot_file);
    });
    return images;
}

/// Those of generations that are gone.
Result<void> BootFileStore::retire_unneeded(const ImageName& image, std::int64_t now_us) {
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto files, catalog.current(image));
    DIM_TRY(const auto kept, needed(image));
    const auto path_of = [](const KnownBootFile& known) { return known.file.path; };
    for (const KnownBootFile& known : files)
        if (std::ranges::find(kept, known.file.path, path_of) == kept.end())
            DIM_CHECK(catalog.replace(known.file.path, now_us));
    return {};
}

Result<void> BootFileStore::collect() {
    const std::lock_guard lock(*work_);
    BootFileCatalog catalog(*database_);
    const std::int64_t now_us = sys::realtime_us();
    DIM_TRY(const auto with_files, catalog.images());
    for (const ImageName& image : with_files)
        if (images_->image(image)) DIM_CHECK(retire_unneeded(image, now_us));
    DIM_CHECK(catalog.clamp(now_us));
    const std::int64_t before_us = now_us - std::chrono::microseconds(kKeepReplaced).count();
    DIM_TRY(const auto images, sys::list_names(directory()));
    for (const std::string& image : images) {
        // iPXE, which is nobody's boot file.
        if (!ImageName::parse(image)) continue;
        DIM_TRY(const auto generations, sys::list_names(directory() + "/" + image));
        for (const std::string& generation : generations)
            DIM_CHECK(collect_boot_files(directory(), image, generation, catalog, before_us));
    }
    return {};
}

std::string BootFileStore::directory() const { return settings_.state_directory + "/boot"; }

}  // namespace dim::server
