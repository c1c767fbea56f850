#include "imageserver/image/image_store.hpp"

#include "imageserver/image/blade_image_file.hpp"
#include "imageserver/image/blade_trash.hpp"
#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/ext4_file.hpp"
#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_generations.hpp"
#include "imageserver/image/image_import.hpp"
#include "imageserver/image/image_inspection.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/image/shared_root.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "imageserver/image/unknown_files.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/timestamp.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/mount.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <set>
#include <sys/sysmacros.h>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

struct ImageStore::State {
    State(Settings settings, Database& database)
        : paths(std::move(settings.state_directory)),
          provisioning(settings.provisioning),
          catalog(database),
          trash(paths, database, {.days = settings.trash_days}) {}
    ImagePaths paths;
    Provisioning provisioning;
    ImageCatalog catalog;
    BladeOverrides* overrides = nullptr;
    BladeTrash trash;
    /// Held while space is given to an image, so that none is promised twice.
    std::mutex reserving;
    /// Held while something is mounted or unmounted, and while that is looked at to change it.
    std::mutex mounting;
    ImageGenerations generations{catalog, paths, mounting};
    // What a killed predecessor left half done and could not be undone yet; their rows are still in
    // the catalog, so nothing new has their names. Guarded by mounting.
    std::vector<BladeImageRecord> unfinished_blade_images;
    std::vector<ImageCatalog::GenerationKey> unfinished_generations;

    // Both while mounting is held.
    Result<void> undo(const BladeImageRecord& record);
    Result<void> undo(const ImageCatalog::GenerationKey& key);
    /// Of what the catalog says is being deleted.
    Result<void> finish_deletion(const BladeImageRecord& record, const std::string& reason);
    /// What was begun for IMAGE, by a daemon that was killed or by a call that could not even write
    /// that it had failed. For who works on IMAGE alone.
    Result<void> undo_unfinished_of(const ImageName& image);
    /// Which blades may be shown: the newest of each image, and those of blade images.
    Result<std::set<ImageCatalog::GenerationKey>> shown_generations();
};

namespace {

constexpr std::array<std::string_view, 7> kUnfit{"tmpfs", "ramfs", "overlay", "nfs",
                                                 "nfs4",  "9p",    "squashfs"};

Result<void> check_file_system(const std::string& directory) {
    DIM_TRY(const sys::FileStatus status, sys::stat(directory));
    DIM_TRY(const std::vector<sys::MountEntry> mounts, sys::mounts());
    for (const sys::MountEntry& entry : mounts) {
        if (makedev(entry.device_major, entry.device_minor) != status.device) continue;
        if (std::ranges::find(kUnfit, entry.type) == kUnfit.end()) return {};
        return fail(Error(ErrorCode::conflict, "the state directory " + directory + " is on " +
                                                   entry.type + ", which cannot hold images")
                        .with_cure("choose a directory on ext4, xfs or btrfs (--state)"));
    }
    return {};
}

/// Puts the mount points on a small file system of their own: where an image is not mounted after
/// all, an export of the place must not lead to the server's own disk.
Result<void> cover_mount_points(const std::string& directory) {
    DIM_CHECK(sys::ensure_directory(directory, 0700));
    const Result<sys::MountEntry> cover = sys::mount_at(directory);
    if (cover && cover->type == "tmpfs") return {};
    return sys::mount("dim-mounts", directory, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                      "mode=0700,size=1m,nr_inodes=200000");
}

Result<void> make_directories(const ImagePaths& paths) {
    DIM_CHECK(sys::ensure_directory(paths.state()));
    DIM_CHECK(check_file_system(paths.state()));
    DIM_CHECK(sys::ensure_directory(paths.images()));
    // Nobody else on the server has business in a blade's files.
    DIM_CHECK(sys::ensure_directory(paths.blades(), 0700));
    DIM_CHECK(sys::chmod(paths.blades(), 0700));
    DIM_CHECK(cover_mount_points(paths.mounts()));
    DIM_CHECK(sys::ensure_directory(paths.blade_mounts(), 0700));
    return sys::ensure_directory(paths.shared_mounts(), 0700);
}

/// Takes back what was done to make generation NEXT.
Result<void> retreat_generation(const ImageName& image, Generation newest, Generation next,
                                const ImagePaths& paths) {
    DIM_CHECK(unmount_below(paths.shared_mount(image, next)));
    DIM_CHECK(TreeGenerations(ImagePart::shared, image, paths).retreat(newest, next));
    return TreeGenerations(ImagePart::golden, image, paths).retreat(newest, next);
}

/// What is in use now is free some time: it is tried again.
Error explain_undo(Error error, const std::string& what) {
    std::string cure = error.cure();
    if (cure.empty())
        cure = "see who uses it ('fuser -vm' on the directory) and end that; it is tried again by "
               "itself";
    return std::move(error).with_context("undo the unfinished " + what).with_cure(std::move(cure));
}

/// Takes what UNDO can undo out of LIST. The last error.
template <class Entry, class Undo>
Result<void> undo_each(std::vector<Entry>& list, Undo undo) {
    Result<void> last;
    std::erase_if(list, [&](const Entry& entry) {
        const Result<void> undone = undo(entry);
        if (!undone) last = undone;
        return undone.has_value();
    });
    return last;
}

api::BladeImage describe(const BladeImageRecord& record, const ImagePaths& paths) {
    api::BladeImage description{.blade = record.blade,
                                .image = record.image,
                                .generation = record.generation,
                                .path = paths.blade_file(record.blade, record.image),
                                .size_bytes = record.size_bytes,
                                .used_bytes = 0,
                                .is_mounted = false,
                                .is_exported = record.is_exported,
                                .cause = {}};
    if (const auto status = sys::stat(description.path)) description.used_bytes = status->allocated;
    const std::string mount_point = paths.blade_mount(record.blade, record.image);
    const Result<MountState> state = inspect_mount(description.path, mount_point);
    if (!state) {
        description.cause = to_string(state.error());
    } else if (*state == MountState::stale) {
        description.cause = "something else is mounted at " + mount_point;
    } else if (*state == MountState::absent) {
        description.cause = "not mounted";
    }
    description.is_mounted = state && *state == MountState::mounted;
    return description;
}

}  // namespace

ImageStore::ImageStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageStore::ImageStore(ImageStore&&) noexcept = default;
ImageStore::~ImageStore() = default;

void ImageStore::use(BladeOverrides& overrides) { state_->overrides = &overrides; }

Result<ImageStore> ImageStore::open(Settings settings, Database& database) {
    auto state = std::make_unique<State>(std::move(settings), database);
    DIM_CHECK(make_directories(state->paths));
    DIM_TRY(state->unfinished_blade_images, state->catalog.blade_images());
    std::erase_if(state->unfinished_blade_images,
                  [](const auto& record) { return record.state == BladeImageState::ready; });
    DIM_TRY(state->unfinished_generations, state->catalog.unfinished_generations());
    DIM_CHECK(state->trash.open());
    DIM_TRY(const std::vector<api::ImageSummary> images, state->catalog.images());
    ImageStore store(std::move(state));
    // What fails now is left for the next call, and what is in the trash for the next start.
    for (const api::ImageSummary& image : images)
        (void)discard_captured(image.name, store.state_->paths);
    (void)store.undo_unfinished();
    (void)store.state_->trash.resume(store.state_->catalog);
    return store;
}

Result<void> ImageStore::State::finish_deletion(const BladeImageRecord& record,
                                                const std::string& reason) {
    DIM_CHECK(unmount_below(paths.blade_mount(record.blade, record.image)));
    DIM_CHECK(trash.take(record, reason));
    DIM_CHECK(discard_blade_image(record.blade, record.image, paths));
    return catalog.forget_blade_image(record.blade, record.image);
}

Result<void> ImageStore::State::undo(const BladeImageRecord& record) {
    if (record.state == BladeImageState::deleting)
        return finish_deletion(record, "a deletion that was interrupted");
    if (auto discarded = discard_blade_image(record.blade, record.image, paths); !discarded)
        return fail(
            explain_undo(std::move(discarded).error(),
                         "image " + record.image.text() + " of blade " + record.blade.text()));
    return catalog.forget_blade_image(record.blade, record.image);
}

Result<void> ImageStore::State::undo(const ImageCatalog::GenerationKey& key) {
    const auto newest = catalog.image(key.first);
    const auto undo_files = [&]() -> Result<void> {
        if (!newest) return discard_image(key.first, paths);
        return retreat_generation(key.first, newest->generation, key.second, paths);
    };
    if (auto undone = undo_files(); !undone)
        return fail(explain_undo(std::move(undone).error(), "generation " + to_string(key.second) +
                                                                " of " + key.first.text()));
    return catalog.forget_generation(key);
}

Result<void> ImageStore::State::undo_unfinished_of(const ImageName& image) {
    // What was begun to be deleted is deleted; it needs the lock itself.
    DIM_CHECK(generations.finish_collections(image));
    const std::scoped_lock lock(mounting);
    DIM_TRY(const std::vector<BladeImageRecord> blade_images, catalog.blade_images());
    for (const BladeImageRecord& record : blade_images)
        if (record.state != BladeImageState::ready && record.image == image)
            DIM_CHECK(undo(record));
    DIM_TRY(const auto unfinished, catalog.unfinished_generations());
    for (const ImageCatalog::GenerationKey& key : unfinished)
        if (key.first == image) DIM_CHECK(undo(key));
    // Their names are free now; what gets them is not ours to undo.
    std::erase_if(unfinished_blade_images, [&](const auto& entry) { return entry.image == image; });
    std::erase_if(unfinished_generations, [&](const auto& key) { return key.first == image; });
    return {};
}

Result<std::set<ImageCatalog::GenerationKey>> ImageStore::State::shown_generations() {
    std::set<ImageCatalog::GenerationKey> shown;
    DIM_TRY(const std::vector<api::ImageSummary> images, catalog.images());
    for (const api::ImageSummary& image : images)
        shown.emplace(image.name, image.generation);
    DIM_TRY(const std::vector<BladeImageRecord> records, catalog.blade_images());
    for (const BladeImageRecord& record : records)
        shown.emplace(record.image, record.generation);
    return shown;
}

Result<void> ImageStore::undo_unfinished() {
    DIM_TRY(const auto collected, state_->catalog.collected_generations());
    Result<void> last;
    for (const auto& [image, generation] : collected)
        if (auto done = state_->generations.finish_collections(image); !done) last = done;
    const std::scoped_lock lock(state_->mounting);
    const auto undo = [this](const auto& entry) { return state_->undo(entry); };
    if (auto done = undo_each(state_->unfinished_blade_images, undo); !done) last = done;
    // A generation goes after its blade images.
    if (auto done = undo_each(state_->unfinished_generations, undo); !done) last = done;
    return last;
}

Result<Notes> ImageStore::import_image(const api::ImportImage& request, const Progress& progress) {
    DIM_CHECK(api::check_import(request));
    DIM_TRY(const Generation first, Generation::from_number(1));
    DIM_TRY(const model::Timestamp now, model::Timestamp::from_microseconds(sys::realtime_us()));
    const ImagePaths& paths = state_->paths;
    ImageCatalog& catalog = state_->catalog;
    DIM_CHECK(state_->undo_unfinished_of(request.name));
    if (sys::stat(paths.image(request.name)) && !catalog.image(request.name)) {
        return fail(Error(ErrorCode::already_exists, "there is a directory " +
                                                         paths.image(request.name) +
                                                         " that the database does not know")
                        .with_cure("move it away"));
    }
    const api::ImageSummary image{.name = request.name,
                                  .architecture = request.architecture,
                                  .generation = first,
                                  .shared = request.shared,
                                  .init = request.init,
                                  .blade_image_bytes = request.blade_image_bytes,
                                  .created = now,
                                  .zimage_bytes = {},
                                  .blade_images = 0};
    const api::ImageSource source{.source = request.source,
                                  .exclude = request.exclude,
                                  .one_file_system = request.one_file_system};
    DIM_CHECK(catalog.begin_import(image, source));
    const auto import = [&]() -> Result<Notes> {
        DIM_TRY(const MasterTree master, capture_master(image, source, paths, progress));
        DIM_TRY(const sys::UnsteadyFiles unsteady,
                import_tree(request, master, first, paths, progress));
        {
            const std::scoped_lock lock(state_->mounting);
            DIM_CHECK(mount_shared_root(request.name, first, paths));
        }
        DIM_TRY(const TreeRecord shared,
                TreeGenerations(ImagePart::shared, request.name, paths).record(first));
        DIM_TRY(const TreeRecord golden,
                TreeGenerations(ImagePart::golden, request.name, paths).record(first));
        DIM_CHECK(catalog.finish_generation({request.name, first}, {shared.digest, golden.digest}));
        return notes_of(master.master, unsteady);
    };
    Result<Notes> imported = import();
    if (!imported) {
        DIM_CHECK(discard_image(request.name, paths));
        DIM_CHECK(catalog.forget_generation({request.name, first}));
    }
    return imported;
}

/// Before its file is made: an image that will not fit is refused at once.
Result<void> ImageStore::check_room(std::uint64_t size_bytes) const {
    DIM_TRY(const DiskSpace space, disk_space());
    const std::string directory = state_->paths.blades();
    if (state_->provisioning.is_reserved()) return check_fits(directory, space, size_bytes);
    return check_commitment(directory, space, state_->provisioning);
}

Result<void> ImageStore::reserve_file(const std::string& file) {
    if (!state_->provisioning.is_reserved()) return {};
    const std::scoped_lock lock(state_->reserving);
    return reserve(file);
}

Result<void> ImageStore::create_blade_image(const ComponentName& blade, const ImageName& image,
                                            const Progress& progress) {
    const ImagePaths& paths = state_->paths;
    ImageCatalog& catalog = state_->catalog;
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_TRY(const api::ImageSummary record, catalog.image(image));
    // Looked at before it is journalled: what is journalled may be deleted.
    if (!catalog.blade_image(blade, image)) DIM_CHECK(check_blade_file_free(blade, image, paths));
    progress("create the image " + image.text() + " of blade " + blade.text(), 0, 0);
    DIM_CHECK(catalog.begin_blade_image({.blade = blade,
                                         .image = image,
                                         .generation = record.generation,
                                         .state = BladeImageState::creating,
                                         .size_bytes = record.blade_image_bytes,
                                         .is_exported = false}));
    const auto create = [&]() -> Result<void> {
        DIM_CHECK(check_room(record.blade_image_bytes));
        DIM_CHECK(clone_golden_image(blade, image, paths));
        DIM_CHECK(reserve_file(paths.blade_file(blade, image)));
        const std::string mount_point = paths.blade_mount(blade, image);
        {
            const std::scoped_lock lock(state_->mounting);
            DIM_CHECK(mount_file(paths.blade_file(blade, image), mount_point));
        }
        // May take seconds: nobody waits for it who mounts something else.
        DIM_CHECK(state_->overrides != nullptr
                      ? state_->overrides->write(blade, record, mount_point)
                      : write_overrides(blade, mount_point));
        return catalog.finish_blade_image(blade, image);
    };
    Result<void> created = create();
    if (created) return {};
    DIM_CHECK(discard_blade_image(blade, image, paths));
    DIM_CHECK(catalog.forget_blade_image(blade, image));
    return fail(std::move(created).error().with_context("create image " + image.text() +
                                                        " of blade " + blade.text()));
}

Result<void> ImageStore::delete_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    DIM_CHECK(state_->trash.check_place());
    const std::scoped_lock lock(state_->mounting);
    // Unmounting first: when it is in use, nothing has been changed. One that is being exported
    // meanwhile is mounted again for its first boot plan.
    if (!record.is_exported) DIM_CHECK(unmount_below(state_->paths.blade_mount(blade, image)));
    DIM_CHECK(state_->catalog.begin_deletion(blade, image));
    return state_->finish_deletion(record, "deleted by an administrator");
}

Result<void> ImageStore::restore_blade_image(const ComponentName& blade, const ImageName& image) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    if (state_->catalog.blade_image(blade, image)) {
        return fail(Error(ErrorCode::already_exists,
                          "blade " + blade.text() + " has an image " + image.text() + " by now")
                        .with_cure("keep it, or delete it first: dim blade delete " + blade.text() +
                                   " " + image.text()));
    }
    DIM_CHECK(check_blade_file_free(blade, image, state_->paths));
    return state_->trash.restore(blade, image, [&](const BladeImageRecord& record) -> Result<void> {
        DIM_TRY(const auto generations, state_->catalog.finished_generations());
        if (std::ranges::find(generations, std::pair(image, record.generation)) ==
            generations.end()) {
            return fail(Error(ErrorCode::conflict, "generation " + to_string(record.generation) +
                                                       " of image " + image.text() + " is gone")
                            .with_cure("its file is in the trash: 'dim blade list --trash'"));
        }
        DIM_TRY(DiskSpace space, disk_space());
        space.committed += record.size_bytes;
        DIM_CHECK(check_commitment(state_->paths.blades(), space, state_->provisioning));
        const std::string mount_point = state_->paths.blade_mount(blade, image);
        const std::scoped_lock lock(state_->mounting);
        Result<void> adopted = mount_file(state_->paths.blade_file(blade, image), mount_point);
        if (adopted) adopted = state_->catalog.adopt_blade_image(record);
        if (!adopted) DIM_CHECK(unmount_below(mount_point));
        return adopted;
    });
}

Result<std::uint64_t> ImageStore::purge_blade_images(const ComponentName& blade,
                                                     const ImageName& image) {
    return state_->trash.purge(blade, image);
}

Result<api::TrashList> ImageStore::trash() const { return state_->trash.list(); }

Result<std::uint64_t> ImageStore::collect_trash(std::int64_t uptime_us) {
    return state_->trash.collect(uptime_us);
}

Result<MadeGeneration> ImageStore::update_image(const api::UpdateImage& request,
                                                const Progress& progress) {
    DIM_CHECK(state_->undo_unfinished_of(request.name));
    return state_->generations.update(request, progress);
}

Result<std::optional<api::ImageGeneration>>
ImageStore::roll_back_image(const api::RollBackImage& request, const Progress& progress) {
    DIM_CHECK(state_->undo_unfinished_of(request.name));
    return state_->generations.roll_back(request, progress);
}

Result<void> ImageStore::label_generation(const api::LabelGeneration& request) {
    DIM_CHECK(api::check_label(request.label));
    return state_->catalog.set_label({request.name, request.generation}, request.label);
}

Result<std::vector<api::ImageGeneration>> ImageStore::generations(const ImageName& name) const {
    return state_->generations.list(name);
}

Result<api::GenerationDifference>
ImageStore::compare_generations(const ImageName& name, Generation older, Generation newer) const {
    return state_->generations.compare(name, older, newer);
}

Result<CollectedGenerations> ImageStore::collect_generations(const api::CollectGenerations& request,
                                                             const Progress& progress) {
    DIM_CHECK(state_->undo_unfinished_of(request.name));
    DIM_TRY(const api::TrashList trash, state_->trash.list());
    std::set<Generation> in_trash;
    for (const api::TrashedBladeImage& trashed : trash.images)
        if (trashed.image == request.name) in_trash.insert(trashed.generation);
    return state_->generations.collect(request, in_trash, progress);
}

Result<void> ImageStore::remove_image(const ImageName& name) {
    DIM_CHECK(state_->undo_unfinished_of(name));
    DIM_CHECK(state_->catalog.image(name));
    DIM_TRY(const auto records, state_->catalog.blade_images());
    std::string users;
    for (const BladeImageRecord& record : records)
        if (record.image == name)
            users.append(users.empty() ? "" : " ").append(record.blade.text());
    if (!users.empty()) {
        return fail(Error(ErrorCode::conflict, "these blades have an image of " + name.text() +
                                                   ": " + printable(users, 400))
                        .with_cure("delete those first, with all that the blades wrote"));
    }
    // Killed from now on, it is undone: deleted.
    DIM_CHECK(state_->catalog.begin_removal(name));
    const std::scoped_lock lock(state_->mounting);
    // The NFS server has it open until it is told to offer it no more.
    DIM_CHECK(detach_below(state_->paths.shared_mounts() + "/" + name.text()));
    DIM_CHECK(detach_below(state_->paths.image(name)));
    DIM_CHECK(discard_image(name, state_->paths));
    return state_->catalog.forget_image(name);
}

Result<std::vector<api::UnknownFile>> ImageStore::unknown_files() const {
    return find_unknown_files(state_->paths, state_->catalog);
}

Result<void> ImageStore::adopt_image(const api::AdoptImage& request) {
    const ImagePaths& paths = state_->paths;
    if (state_->catalog.image(request.name))
        return fail(ErrorCode::already_exists,
                    "the image " + request.name.text() + " is known already");
    DIM_TRY(const FoundImage found, find_image_files(request.name, paths));
    const std::scoped_lock lock(state_->mounting);
    const auto adopt = [&]() -> Result<void> {
        const Generation newest = found.generations.back();
        DIM_CHECK(mount_shared_root(request.name, newest, paths));
        DIM_TRY(auto shared, shared_names(paths.shared(request.name, newest)));
        return state_->catalog.adopt_image({.name = request.name,
                                            .architecture = request.architecture,
                                            .generation = newest,
                                            .shared = std::move(shared),
                                            .init = request.init,
                                            .blade_image_bytes = found.blade_image_bytes,
                                            .created = found.created,
                                            .zimage_bytes = {},
                                            .blade_images = 0},
                                           found.generations);
    };
    Result<void> adopted = adopt();
    if (adopted) return {};
    DIM_CHECK(unmount_below(paths.shared_mount(request.name, found.generations.back())));
    DIM_CHECK(unmount_below(paths.shared_file_system(request.name)));
    return adopted;
}

Result<void> ImageStore::adopt_blade_image(const ComponentName& blade, const ImageName& image) {
    const std::string file = state_->paths.blade_file(blade, image);
    const std::string mount_point = state_->paths.blade_mount(blade, image);
    DIM_TRY(const api::ImageSummary summary, state_->catalog.image(image));
    if (state_->catalog.blade_image(blade, image))
        return fail(ErrorCode::already_exists, file + " is known already");
    DIM_TRY(const std::uint64_t size, check_whole_ext4(file));
    const std::scoped_lock lock(state_->mounting);
    DIM_CHECK(mount_file(file, mount_point));
    Result<void> adopted = state_->catalog.adopt_blade_image({.blade = blade,
                                                              .image = image,
                                                              .generation = summary.generation,
                                                              .state = BladeImageState::ready,
                                                              .size_bytes = size,
                                                              .is_exported = false});
    // Whoever was faster has it mounted there.
    if (!adopted && adopted.error().code() != ErrorCode::already_exists)
        DIM_CHECK(unmount_below(mount_point));
    return adopted;
}

Result<api::ImageSummary> ImageStore::image(const ImageName& name) const {
    return state_->catalog.image(name);
}

Result<std::vector<api::ImageSummary>> ImageStore::images() const {
    return state_->catalog.images();
}

Result<api::ImageDetails> ImageStore::image_details(const ImageName& name) const {
    return inspect_image(name, state_->paths, state_->catalog);
}

Result<api::ImageCheck> ImageStore::check_image(const ImageName& name) const {
    DIM_TRY(const api::ImageSummary summary, state_->catalog.image(name));
    {
        const std::scoped_lock lock(state_->mounting);
        DIM_CHECK(mount_shared_root(name, summary.generation, state_->paths));
    }
    return check_shared_root(summary, state_->paths);
}

Result<api::BladeImage> ImageStore::blade_image(const ComponentName& blade,
                                                const ImageName& image) const {
    DIM_TRY(const BladeImageRecord record, state_->catalog.blade_image(blade, image));
    return describe(record, state_->paths);
}

Result<std::vector<api::BladeImage>> ImageStore::blade_images() const {
    DIM_TRY(const std::vector<BladeImageRecord> records, state_->catalog.blade_images());
    std::vector<api::BladeImage> descriptions;
    for (const BladeImageRecord& record : records) {
        if (record.state == BladeImageState::ready)
            descriptions.push_back(describe(record, state_->paths));
    }
    return descriptions;
}

Result<DiskSpace> ImageStore::disk_space() const {
    DIM_TRY(const std::vector<BladeImageRecord> records, state_->catalog.blade_images());
    DIM_TRY(const sys::SpaceInfo info, sys::statfs(state_->paths.blades()));
    DiskSpace space{
        .total = info.total_bytes, .free = info.available_bytes, .committed = 0, .allocated = 0};
    for (const BladeImageRecord& record : records) {
        if (record.state != BladeImageState::deleting) space.committed += record.size_bytes;
        const auto file = sys::stat(state_->paths.blade_file(record.blade, record.image));
        if (file) space.allocated += file->allocated;
    }
    // What is in the trash cannot grow, and is not free either.
    DIM_TRY(const std::uint64_t trashed, state_->trash.allocated());
    space.allocated += trashed;
    space.committed += trashed;
    return space;
}

std::vector<Error> ImageStore::reserve_blade_images() {
    auto records = state_->catalog.blade_images();
    if (!records) return {std::move(records).error()};
    std::vector<Error> errors;
    for (const BladeImageRecord& record : *records) {
        if (record.state != BladeImageState::ready) continue;
        auto reserved = reserve_file(state_->paths.blade_file(record.blade, record.image));
        // One that is missing is told where it is mounted.
        if (!reserved && reserved.error().code() != ErrorCode::not_found) {
            errors.push_back(std::move(reserved).error().with_context(
                "image " + record.image.text() + " of blade " + record.blade.text()));
        }
    }
    return errors;
}

Result<MountState> ImageStore::mount_state(const ComponentName& blade,
                                           const ImageName& image) const {
    DIM_CHECK(state_->catalog.blade_image(blade, image));
    return inspect_mount(state_->paths.blade_file(blade, image), mount_point(blade, image));
}

Result<void> ImageStore::ensure_ready(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->mounting);
    DIM_TRY(const MountState state, mount_state(blade, image));
    switch (state) {
        case MountState::mounted: return protect_mount(mount_point(blade, image));
        case MountState::stale: DIM_CHECK(unmount_below(mount_point(blade, image))); break;
        case MountState::absent: break;
    }
    return mount_file(state_->paths.blade_file(blade, image), mount_point(blade, image));
}

Result<void> ImageStore::ensure_shared_ready(const ImageName& image, Generation generation) {
    DIM_TRY(const api::ImageSummary summary, state_->catalog.image(image));
    const std::scoped_lock lock(state_->mounting);
    DIM_TRY([[maybe_unused]] const MountState before,
            mount_shared_file_system(image, state_->paths));
    if (generation < summary.generation && !sys::stat(state_->paths.shared(image, generation)))
        DIM_CHECK(TreeGenerations(ImagePart::shared, image, state_->paths)
                      .rebuild(generation, summary.generation));
    return mount_shared_root(image, generation, state_->paths);
}

bool ImageStore::is_shared_mounted(const ImageName& image, Generation generation) const {
    return is_mount_point(shared_mount_point(image, generation));
}

Result<void> ImageStore::unmount(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->mounting);
    DIM_CHECK(state_->catalog.blade_image(blade, image));
    return unmount_below(mount_point(blade, image));
}

std::vector<Error> ImageStore::restore_mounts() {
    std::vector<Error> errors;
    if (auto generations = state_->shown_generations()) {
        for (const auto& [name, generation] : *generations) {
            if (auto mounted = ensure_shared_ready(name, generation); !mounted)
                errors.push_back(std::move(mounted).error());
        }
    } else {
        errors.push_back(std::move(generations).error());
    }
    auto records = state_->catalog.blade_images();
    if (!records) {
        errors.push_back(std::move(records).error());
        return errors;
    }
    for (const BladeImageRecord& record : *records) {
        if (record.state != BladeImageState::ready) continue;
        if (auto ready = ensure_ready(record.blade, record.image); !ready) {
            errors.push_back(std::move(ready).error().with_context(
                "image " + record.image.text() + " of blade " + record.blade.text()));
        }
    }
    return errors;
}

Result<void> ImageStore::set_exported(const ComponentName& blade, const ImageName& image,
                                      bool is_exported) {
    return state_->catalog.set_exported(blade, image, is_exported);
}

std::string ImageStore::mount_point(const ComponentName& blade, const ImageName& image) const {
    return state_->paths.blade_mount(blade, image);
}

std::string ImageStore::shared_mount_point(const ImageName& image, Generation generation) const {
    return state_->paths.shared_mount(image, generation);
}

std::string ImageStore::shared_directory(const ImageName& image, Generation generation) const {
    return state_->paths.shared(image, generation);
}

}  // namespace dim::server
