#include "imageserver/boot_file/boot_file_store.hpp"

#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_tree.hpp"
#include "imageserver/boot_file/boot_file_work.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/copy_file.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/tls/sha256.hpp"
#include "linuxrc/command_line.hpp"
#include "linuxrc/ramdisk.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>

namespace dim::server {

using model::ImageName;

namespace {

constexpr std::string_view kServerName = "dim.server-name=";

Result<std::string> render_words(const model::Platform& platform,
                                 const model::ComponentName& server, linuxrc::RamdiskKind kind,
                                 const std::vector<std::string>& options) {
    DIM_CHECK(check_network_words(options));
    std::vector<std::string> words;
    for (const std::string_view word : split(platform.console, ' '))
        words.emplace_back(word);
    words.push_back(std::string(kServerName) + server.text());
    for (std::string& word : linuxrc::command_line_words(kind))
        words.push_back(std::move(word));
    words.insert(words.end(), options.begin(), options.end());
    return linuxrc::render_command_line(words);
}

/// The administrator's words, which render_words() puts last.
std::vector<std::string> options_in(const std::string& command_line) {
    const auto words = split(command_line, ' ');
    auto word = std::ranges::find_if(
        words, [](std::string_view each) { return each.starts_with(kServerName); });
    if (word != words.end()) ++word;
    for (const std::string& standard : linuxrc::command_line_words(kind_of(command_line)))
        if (word != words.end() && *word == standard) ++word;
    return {word, words.end()};
}

/// REQUEST, and what it leaves open as LAST, the newest boot file, was made.
api::BuildBootFile completed(api::BuildBootFile request, const api::BootFile& last) {
    if (!request.options) request.options = options_in(last.command_line);
    if (!request.ramdisk)
        request.ramdisk =
            kind_of(last.command_line) == linuxrc::RamdiskKind::initrd ? "initrd" : "initramfs";
    if (!request.drivers) request.drivers = last.wished_drivers;
    if (!request.kernel) request.kernel = last.wished_kernel;
    return request;
}

/// While the boot files of earlier generations are chosen anew: those that generations keep,
/// because they have not got what is wished.
class EarlierFiles {
public:
    /// BEFORE are the files until now. All outlive this.
    EarlierFiles(BootFileCatalog& catalog, const api::BootFile& newest,
                 const std::vector<KnownBootFile>& before)
        : catalog_(catalog), newest_(newest), before_(before), chosen_{newest.path} {}

    /// GENERATION keeps the file that it had, if it had one of its own, because of ERROR.
    Result<void> keep(model::Generation generation, Error error) {
        const KnownBootFile* file = file_for(before_, generation);
        if (file != nullptr && !file->covers(generation)) {
            // Better than none, as long as no other comes before it.
            if (file->file.generation < generation) chosen_.insert(file->file.path);
            file = nullptr;
        }
        const std::string path = file == nullptr ? "" : file->file.path;
        // Of generations with the same kernel, the first one's failure tells of all.
        if (kept_.empty() || path != last_kept_)
            kept_.push_back(in_earlier(newest_.image, generation, std::move(error)));
        last_kept_ = path;
        const bool is_as_before = std::exchange(last_, path) == path;
        if (file == nullptr) return {};
        if (chosen_.insert(path).second) return catalog_.keep(path, generation);
        // Of one that others have already, too, the kernel is the same; but it has one row.
        return is_as_before ? catalog_.extend(path, generation, "") : Result<void>();
    }

    void choose(const std::string& path) {
        last_kept_.clear();
        last_ = path;
        chosen_.insert(path);
    }

    /// The files that nobody has any more are replaced. Returns why others were kept.
    Result<std::vector<Error>> end() {
        for (const KnownBootFile& other : before_)
            if (!chosen_.contains(other.file.path))
                DIM_CHECK(catalog_.replace(other.file.path, sys::realtime_us()));
        return std::move(kept_);
    }

private:
    BootFileCatalog& catalog_;
    const api::BootFile& newest_;
    const std::vector<KnownBootFile>& before_;
    std::set<std::string> chosen_;
    std::string last_kept_;
    std::string last_;  ///< of the generation before
    std::vector<Error> kept_;
};

}  // namespace

Result<BootFileStore> BootFileStore::open(Settings settings, Database& database, Images& images) {
    BootFileStore files(std::move(settings), database, images);
    DIM_CHECK(sys::ensure_directory(files.directory()));
    DIM_CHECK(remove_boot_work(files.settings_.state_directory));
    DIM_CHECK(remove_boot_work(files.settings_.state_directory, kVariantWork));
    // They are served by their old paths until it succeeds.
    (void)files.follow_names();
    return files;
}

Result<api::BootFile> BootFileStore::build(const api::BuildBootFile& asked,
                                           const Progress& progress) {
    DIM_TRY(const api::ImageSummary image, images_->image(asked.image));
    DIM_TRY(const auto known, BootFileCatalog(*database_).current(image.name));
    const bool is_anew = known.empty() || asked.reset.value_or(false);
    const api::BuildBootFile request = is_anew ? asked : completed(asked, known.back().file);
    forget_failures(image.name);
    DIM_TRY(const linuxrc::RamdiskKind kind,
            linuxrc::parse_ramdisk_kind(request.ramdisk.value_or("initramfs")));
    DIM_TRY(const KernelWishes wishes, parse_wishes(request));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(const std::string command_line,
            render_words(*platform, settings_.server, kind,
                         request.options.value_or(std::vector<std::string>())));
    Order order{
        .image = image,
        .parts = {.platform = platform, .ramdisk = kind, .command_line = command_line},
        .wishes = wishes,
        .last_generation = image.generation,
    };
    // Takes its time, and needs nothing that others wait for.
    if (owner_of_kernel(*platform) == KernelOwner::image) {
        progress("take the kernel and its drivers", 0, kBootFileSteps);
        DIM_TRY(TakenKernel newest, kernel_of(image, *platform, wishes, ""));
        order.parts.kernel = std::move(newest.taken);
        order.kernel_mark = std::move(newest.mark);
    } else if (wishes != KernelWishes()) {
        return fail(Error(ErrorCode::invalid_input, "image " + image.name.text() +
                                                        " boots DIM's own kernel, which is one and "
                                                        "has its drivers built in")
                        .with_cure("leave out --driver and --kernel"));
    }
    const std::lock_guard lock(*work_);
    DIM_TRY(KnownBootFile built, assemble(std::move(order), progress));
    return std::move(built.file);
}

Result<std::vector<Error>> BootFileStore::build_earlier(const ImageName& name,
                                                        const Progress& progress) {
    DIM_TRY(const api::ImageSummary image, images_->image(name));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    DIM_TRY(const auto all, needed(name));
    if (all.empty() || owner_of_kernel(*platform) == KernelOwner::server)
        return std::vector<Error>();
    const KnownBootFile& newest = all.back();
    const std::string& words = newest.file.command_line;
    const bool is_same_wish = std::ranges::all_of(all, [&](const KnownBootFile& other) {
        return wishes_of(other.file) == wishes_of(newest.file);
    });
    DIM_TRY(const auto missing, uncovered(image, all));
    bool is_to_choose = !is_same_wish || !missing.empty();
    for (const KnownBootFile& other : all) {
        if (is_to_choose) break;
        if (other.file.path == newest.file.path) continue;
        const std::lock_guard lock(*work_);
        // One that cannot be read: its kernel is in the image, too.
        is_to_choose = !rebuild_one(other, kind_of(words), words, progress);
    }
    if (!is_to_choose) return std::vector<Error>();
    return choose_earlier(
        newest, {.platform = platform, .ramdisk = kind_of(words), .command_line = words}, progress);
}

/// The same when kernels or drivers are to be taken of them: what was known of which generations
/// have the same kernel is of no use any more. NEWEST is of PARTS.
Result<std::vector<Error>> BootFileStore::choose_earlier(const KnownBootFile& newest,
                                                         const BootFileOrder& parts,
                                                         const Progress& progress) {
    BootFileCatalog catalog(*database_);
    const ImageName& name = newest.file.image;
    const KernelWishes wishes = wishes_of(newest.file);
    DIM_TRY(const auto generations, images_->generation_numbers(name));
    DIM_TRY(const auto before, catalog.current(name));
    EarlierFiles earlier(catalog, newest.file, before);
    std::optional<KnownBootFile> last;
    for (const model::Generation generation : std::set(generations.begin(), generations.end())) {
        if (generation >= newest.file.generation) break;
        DIM_TRY(api::ImageSummary image, images_->image(name));
        image.generation = generation;
        auto kernel = kernel_of(image, *parts.platform, wishes, last ? last->kernel_mark : "");
        const std::lock_guard lock(*work_);
        if (!kernel) {
            last.reset();
            DIM_CHECK(earlier.keep(generation, std::move(kernel).error()));
            continue;
        }
        if (!kernel->taken) {
            DIM_CHECK(catalog.extend(last->file.path, generation, kernel->mark));
            continue;
        }
        Order order{.image = std::move(image),
                    .parts = parts,
                    .wishes = wishes,
                    .last_generation = generation,
                    .kernel_mark = std::move(kernel->mark)};
        order.parts.kernel = std::move(kernel->taken);
        auto made = assemble(std::move(order), progress);
        if (!made) {
            last.reset();
            DIM_CHECK(earlier.keep(generation, std::move(made).error()));
            continue;
        }
        last = *std::move(made);
        earlier.choose(last->file.path);
    }
    return earlier.end();
}

/// Of the generation that IMAGE tells.
Result<BootFileStore::TakenKernel> BootFileStore::kernel_of(const api::ImageSummary& image,
                                                            const model::Platform& platform,
                                                            const KernelWishes& wishes,
                                                            const std::string& known_mark) {
    TakenKernel kernel;
    Result<void> taken;
    const auto look = [&](const GenerationTree& tree) -> Result<void> {
        taken = [&]() -> Result<void> {
            DIM_TRY(kernel.mark, kernel_mark(tree, platform, wishes));
            if (kernel.mark == known_mark) return {};
            DIM_TRY(kernel.taken, take_kernel(tree, platform, wishes));
            return {};
        }();
        return {};
    };
    DIM_CHECK(images_->look_into(image.name, image.generation, look));
    if (!taken) return fail(std::move(taken).error().with_context("image " + image.name.text()));
    return kernel;
}

Result<std::vector<std::string>> BootFileStore::lacks(const api::BootFile& file) const {
    DIM_TRY(const api::ImageSummary image, images_->image(file.image));
    DIM_TRY(const model::Platform* platform, require_platform(image.architecture));
    if (owner_of_kernel(*platform) != KernelOwner::image) return std::vector<std::string>();
    KernelLacks found;
    DIM_CHECK(images_->look_into(file.image, file.generation,
                                 [&](const GenerationTree& tree) -> Result<void> {
                                     DIM_TRY(found, kernel_lacks(tree, *platform, wishes_of(file)));
                                     return {};
                                 }));
    return lines_of(found);
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
    DIM_TRY(const auto files, needed(image));
    if (files.empty())
        return fail(ErrorCode::not_found, "image " + image.text() + " has no boot file");
    // One that was lost keeps no other from being built, the newest least of all.
    Result<void> first;
    for (const KnownBootFile& known : files | std::views::reverse) {
        const std::lock_guard lock(*work_);
        // A command may have replaced it since, with other words, drivers or another kernel.
        DIM_TRY(const auto now, BootFileCatalog(*database_).current(image));
        const auto current = std::ranges::find(
            now, known.file.path, [](const KnownBootFile& each) { return each.file.path; });
        if (current == now.end()) continue;
        const std::string& words = current->file.command_line;
        auto built = rebuild_one(*current, kind_of(words), words, progress);
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
        .wishes = wishes_of(known.file),
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
    DIM_TRY(const KnownBootFile made, assemble(std::move(order), progress));
    return rebuild_platform_files(known, made, *platform, progress);
}

/// Whom files trust that are made now, and who vouches for them.
std::string BootFileStore::trust_mark(const std::string& authorities) const {
    const auto key = secure_boot_key(settings_.materials);
    // Building one will say what is wrong with it.
    return tls::sha256(authorities + (key && *key ? (*key)->certificate : ""));
}

/// With the lock on the work directory.
Result<KnownBootFile> BootFileStore::assemble(Order order, const Progress& progress) {
    const std::string work = settings_.state_directory + "/" + kBootWork;
    order.parts.authorities = settings_.authorities();
    DIM_CHECK(remove_boot_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    DIM_TRY(AssembledBootFile made,
            assemble_boot_file(settings_.materials, order.parts, work, progress));
    const std::string sha256 = tls::sha256(made.bytes);
    BootFileCatalog catalog(*database_);
    if (order.before != nullptr && order.before->file.sha256 == sha256) {
        DIM_CHECK(remove_boot_work(settings_.state_directory));
        DIM_CHECK(
            catalog.extend(order.before->file.path, order.last_generation, order.kernel_mark));
        return *order.before;
    }
    progress("install it", 2, kBootFileSteps);
    const model::Platform& platform = *order.parts.platform;
    DIM_TRY(const BootFilePlace place,
            install(order.image.name, order.image.generation, platform, made.bytes));
    KnownBootFile known{.file = {.image = order.image.name,
                                 .generation = order.image.generation,
                                 .path = place.file(),
                                 .bytes = made.bytes.size(),
                                 .sha256 = sha256,
                                 .command_line = order.parts.command_line,
                                 .kernel = std::move(made.kernel),
                                 .kernel_version = std::move(made.kernel_version),
                                 .wished_drivers = {},
                                 .wished_kernel = {}},
                        .last_generation = order.last_generation,
                        .kernel_mark = std::move(order.kernel_mark)};
    if (!order.wishes.drivers.empty()) known.file.wished_drivers = order.wishes.drivers;
    if (!order.wishes.release.empty()) known.file.wished_kernel = order.wishes.release;
    DIM_CHECK(catalog.make_current(known, owner_of_kernel(platform),
                                   trust_mark(order.parts.authorities), sys::realtime_us()));
    progress("done", kBootFileSteps, kBootFileSteps);
    return known;
}

/// With the lock on the work directory, which is there: where BYTES are now.
Result<BootFilePlace> BootFileStore::install(const ImageName& image, model::Generation generation,
                                             const model::Platform& platform,
                                             const std::string& bytes) const {
    const std::string work = settings_.state_directory + "/" + kBootWork;
    DIM_CHECK(sys::write_file_atomically(work + "/" + kStagedBootFile, bytes));
    BootFilePlace place = place_of(image, generation, platform, tls::sha256(bytes));
    const std::lock_guard tree_lock(*tree_);
    DIM_CHECK(install_boot_file(work, directory(), place));
    DIM_CHECK(remove_boot_work(settings_.state_directory));
    return place;
}

Result<void> BootFileStore::retire(const ImageName& image) {
    return BootFileCatalog(*database_).retire(image, sys::realtime_us());
}

Result<void> BootFileStore::follow_names() {
    const std::lock_guard lock(*work_);
    BootFileCatalog catalog(*database_);
    DIM_TRY(const auto misplaced, catalog.misplaced());
    for (const api::BootFile& file : misplaced) {
        const auto image = images_->image(file.image);
        // It is no image's, or it was taken away by hand: nothing to be found anywhere.
        if (!image || !sys::stat(directory() + "/" + file.path)) continue;
        BootFilePlace place = BootFilePlace::of(file.path);
        place.parent = image->name.text() + "/" + to_string(file.generation);
        // As it was before there were platforms in the tree.
        if (std::ranges::count(file.path, '/') < 3)
            place.name =
                std::string(to_string(image->architecture)) + "-" + file.sha256.substr(0, 8);
        DIM_CHECK(copy_file(file.path, place));
        DIM_CHECK(move_platform_files(file.path, place.file(), place.parent));
        DIM_CHECK(catalog.move(file.path, place.file(), sys::realtime_us()));
    }
    return remove_boot_work(settings_.state_directory);
}

/// Of what is FROM, below the TFTP root, there is another one at TO.
Result<void> BootFileStore::copy_file(const std::string& from, const BootFilePlace& to) {
    const std::string work = settings_.state_directory + "/" + kBootWork;
    DIM_TRY(const sys::Fd original, sys::open(directory() + "/" + from, O_RDONLY));
    DIM_CHECK(remove_boot_work(settings_.state_directory));
    DIM_CHECK(sys::mkdir(work, 0700));
    {
        DIM_TRY(const sys::Fd copy,
                sys::open(work + "/" + kStagedBootFile, O_WRONLY | O_CREAT | O_EXCL, 0644));
        DIM_CHECK(sys::copy_file(original, copy));
    }
    const std::lock_guard tree_lock(*tree_);
    return install_boot_file(work, directory(), to);
}

Result<std::optional<api::BootFile>> BootFileStore::current(const ImageName& name) const {
    DIM_TRY(const api::ImageSummary image, images_->image(name));
    return of_generation(name, image.generation);
}

Result<std::optional<api::BootFile>>
BootFileStore::of_generation(const ImageName& image, model::Generation generation) const {
    DIM_TRY(const auto files, BootFileCatalog(*database_).current(image));
    const KnownBootFile* known = file_for(files, generation);
    if (known == nullptr || !is_there(known->file)) return std::optional<api::BootFile>();
    return known->file;
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
    std::optional<std::set<std::string>> named;
    if (blades_.paths) {
        DIM_TRY(named, blades_.paths());
    }
    const std::lock_guard lock(*work_);
    const std::lock_guard tree_lock(*tree_);
    BootFileCatalog catalog(*database_);
    const std::int64_t now_us = sys::realtime_us();
    DIM_TRY(const auto with_files, catalog.images());
    for (const ImageName& image : with_files)
        if (images_->image(image)) DIM_CHECK(retire_unneeded(image, now_us));
    std::set<std::vector<std::string>> wanted;
    // Of any image: those of a blade that is assigned another one for a while are there after it.
    for (const model::PlatformRow& row :
         blades_.all ? blades_.all() : std::vector<model::PlatformRow>())
        wanted.insert(row.drivers);
    DIM_CHECK(catalog.replace_platform_files(wanted, now_us));
    if (named) DIM_CHECK(replace_variants(*named, now_us));
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

void BootFileStore::serve(Blades blades) { blades_ = std::move(blades); }

std::string BootFileStore::directory() const { return settings_.state_directory + "/boot"; }

}  // namespace dim::server
