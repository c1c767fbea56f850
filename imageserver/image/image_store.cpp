#include "imageserver/image/image_store.hpp"

#include "imageserver/image/blade_image_file.hpp"
#include "imageserver/image/image_file.hpp"
#include "imageserver/image/image_import.hpp"
#include "imageserver/image/image_inspection.hpp"
#include "imageserver/image/image_settings.hpp"
#include "imageserver/image/image_store_state.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/master_look.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/image/shared_directories.hpp"
#include "imageserver/image/shared_root.hpp"
#include "imageserver/image/state_directories.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "imageserver/image/unknown_files.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/timestamp.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/remove_tree.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

/// Takes back what was done to make generation NEXT.
Result<void> retreat_generation(const ImageName& image, Generation newest, Generation next,
                                const ImagePaths& paths) {
    DIM_CHECK(unmount_below(paths.shared_mount(image, next)));
    DIM_CHECK(TreeGenerations(ImagePart::shared, image, paths).retreat(newest, next));
    return TreeGenerations(ImagePart::golden, image, paths).retreat(newest, next);
}

/// Of the one that was imported, by its manifests.
Result<GenerationContents> first_contents(const ImageCatalog::GenerationKey& key,
                                          std::vector<std::string> shared_names,
                                          const ImagePaths& paths) {
    const auto& [image, first] = key;
    DIM_TRY(const TreeRecord shared,
            TreeGenerations(ImagePart::shared, image, paths).record(first));
    DIM_TRY(const TreeRecord golden,
            TreeGenerations(ImagePart::golden, image, paths).record(first));
    const std::uint64_t bytes =
        totals(shared.tree.manifest).bytes + totals(golden.tree.manifest).bytes;
    return GenerationContents{.shared_digest = shared.digest,
                              .golden_digest = golden.digest,
                              .shared = std::move(shared_names),
                              .bytes = bytes,
                              .own_bytes = bytes};
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

}  // namespace

ImageStore::ImageStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageStore::ImageStore(ImageStore&&) noexcept = default;
ImageStore::~ImageStore() = default;

void ImageStore::use(BladeOverrides& overrides) { state_->overrides = &overrides; }
void ImageStore::use(MasterWatch& watch) { state_->generations.use(watch); }

Result<ImageStore> ImageStore::open(Settings settings, Database& database) {
    auto state = std::make_unique<State>(std::move(settings), database);
    DIM_CHECK(make_directories(state->paths));
    // What goes by two names now; what fails is tried again by whoever needs it.
    (void)state->finish_renames();
    DIM_TRY(state->unfinished_blade_images, state->catalog.blade_images());
    for (const BladeImageRecord& record : state->unfinished_blade_images)
        (void)discard_unfinished_file(record.blade, record.image, state->paths);
    std::erase_if(state->unfinished_blade_images,
                  [](const auto& record) { return record.state == BladeImageState::ready; });
    DIM_TRY(state->unfinished_generations, state->catalog.unfinished_generations());
    DIM_CHECK(state->trash.open());
    DIM_TRY(const std::vector<api::ImageSummary> images, state->catalog.images());
    ImageStore store(std::move(state));
    // What fails now is left for the next call, and what is in the trash for the next start.
    for (const api::ImageSummary& image : images) {
        (void)discard_captured(image.name, store.state_->paths);
        store.discard_changes(image.name);
    }
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
    DIM_CHECK(finish_renames(image));
    const std::scoped_lock alone(undoing);
    // What was begun to be deleted is deleted; it needs the lock itself.
    DIM_CHECK(generations.finish_collections(image));
    const std::scoped_lock lock(mounting);
    DIM_TRY(const std::vector<BladeImageRecord> blade_images, catalog.blade_images());
    for (const BladeImageRecord& record : blade_images)
        if (record.state != BladeImageState::ready && record.image == image &&
            !creating.contains({record.blade, record.image}))
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
    for (const api::ImageSummary& image : images) {
        DIM_TRY(const auto used, catalog.uses().of(image.name));
        for (const Generation generation : used)
            shown.emplace(image.name, generation);
    }
    return shown;
}

Result<void> ImageStore::undo_unfinished() {
    DIM_TRY(const auto collected, state_->catalog.collected_generations());
    Result<void> last = state_->finish_renames();
    for (const auto& [image, generation] : collected)
        if (auto done = state_->generations.finish_collections(image); !done) last = done;
    const std::scoped_lock lock(state_->mounting);
    const auto undo = [this](const auto& entry) { return state_->undo(entry); };
    if (auto done = undo_each(state_->unfinished_blade_images, undo); !done) last = done;
    // A generation goes after its blade images.
    if (auto done = undo_each(state_->unfinished_generations, undo); !done) last = done;
    return last;
}

Result<void> ImageStore::State::check_no_files(const ImageName& name) {
    if (!sys::stat(paths.image(name)) || catalog.image(name)) return {};
    return fail(Error(ErrorCode::already_exists, "there is a directory " + paths.image(name) +
                                                     " that the database does not know")
                    .with_cure("move it away"));
}

Result<sys::UnsteadyFiles> ImageStore::State::make_first(const FirstGeneration& first,
                                                         const Progress& progress) {
    const api::ImportImage& request = first.request;
    DIM_TRY(sys::UnsteadyFiles unsteady,
            import_tree(request, first.master, first.number, paths, progress));
    {
        const std::scoped_lock lock(mounting);
        DIM_CHECK(mount_shared_root(request.name, first.number, paths));
    }
    DIM_TRY(const GenerationContents contents,
            first_contents({request.name, first.number}, *request.shared, paths));
    if (first.check) DIM_CHECK(first.check(contents));
    DIM_CHECK(catalog.finish_generation({request.name, first.number}, contents));
    return unsteady;
}

Result<void> ImageStore::State::discard_first(const ImageName& name, Generation number) {
    DIM_CHECK(discard_image(name, paths));
    return catalog.forget_generation({name, number});
}

Result<Notes> ImageStore::import_image(const api::ImportImage& request, const Progress& progress) {
    DIM_CHECK(api::check_import(request));
    DIM_TRY(const Generation first, Generation::from_number(1));
    DIM_TRY(const model::Timestamp now, model::Timestamp::from_microseconds(sys::realtime_us()));
    const ImagePaths& paths = state_->paths;
    ImageCatalog& catalog = state_->catalog;
    DIM_CHECK(state_->undo_unfinished_of(request.name));
    DIM_CHECK(state_->check_no_files(request.name));
    const api::ImageSummary image{.name = request.name,
                                  .architecture = request.architecture,
                                  .generation = first,
                                  .shared = {},
                                  .init = request.init,
                                  .blade_image_bytes = request.blade_image_bytes,
                                  .created = now,
                                  .zimage_bytes = {},
                                  .blade_images = 0,
                                  .nfs = {},
                                  .file_system =
                                      request.file_system.value_or(model::FileSystem::ext4)};
    const api::ImageSource source{.source = request.source,
                                  .exclude = request.exclude,
                                  .one_file_system = request.one_file_system};
    DIM_CHECK(catalog.begin_import(image, source));
    const auto import = [&]() -> Result<Notes> {
        MachineMaster machine(
            {.image = request.name, .newest = first, .source = "", .shared_now = {}, .shared = {}},
            paths);
        DIM_TRY(const MasterTree master, capture_master(image, source, paths, progress, &machine));
        api::ImportImage chosen = request;
        if (!chosen.shared) {
            DIM_TRY(chosen.shared, default_shared(master.root));
        }
        DIM_TRY(const sys::UnsteadyFiles unsteady,
                state_->make_first(
                    {.request = chosen, .master = master, .number = first, .check = {}}, progress));
        remember_first(image, source, machine, paths);
        Notes notes = notes_of(master.master, unsteady);
        notes.insert(notes.begin(), tell_shared(*chosen.shared));
        return notes;
    };
    Result<Notes> imported = import();
    if (!imported) DIM_CHECK(state_->discard_first(request.name, first));
    return imported;
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

Result<std::vector<Generation>> ImageStore::generation_numbers(const ImageName& name) const {
    DIM_CHECK(image(name));
    DIM_TRY(const auto records, state_->catalog.generations_of(name));
    std::vector<Generation> numbers;
    for (const GenerationRecord& record : records)
        numbers.push_back(record.generation);
    return numbers;
}

Result<api::GenerationDifference>
ImageStore::compare_generations(const ImageName& name, Generation older, Generation newer) const {
    return state_->generations.compare(name, older, newer);
}

Result<api::SourceDifference> ImageStore::compare_with_source(const api::UpdateImage& request,
                                                              const Progress& progress) {
    DIM_CHECK(state_->undo_unfinished_of(request.name));
    return state_->generations.compare_with_source(request, progress);
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
    state_->generations.forget(name);
    // Killed from now on, it is undone: deleted.
    DIM_CHECK(state_->catalog.begin_removal(name));
    const std::scoped_lock lock(state_->mounting);
    // The NFS server has it open until it is told to offer it no more.
    DIM_CHECK(detach_below(state_->paths.shared_mounts() + "/" + name.text()));
    DIM_CHECK(detach_below(state_->paths.image(name)));
    DIM_CHECK(discard_image(name, state_->paths));
    // What was sent, and is made anew when it is needed.
    for (const std::string& directory :
         {state_->paths.incoming(name), state_->paths.outgoing(name)})
        DIM_CHECK(sys::remove_tree(directory));
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
        std::vector<ImageCatalog::AdoptedGeneration> generations;
        const TreeGenerations trees(ImagePart::shared, request.name, paths);
        for (const Generation number : found.generations) {
            if (number == newest) break;
            DIM_TRY(const manifest::Manifest manifest, trees.manifest_of(number, newest));
            generations.push_back({number, shared_directories(manifest)});
        }
        DIM_TRY(auto shared, shared_names(paths.shared(request.name, newest)));
        generations.push_back({newest, std::move(shared)});
        DIM_TRY(const ImageFile golden, identify(paths.golden_file(request.name)));
        return state_->catalog.adopt_image({.name = request.name,
                                            .architecture = request.architecture,
                                            .generation = newest,
                                            .shared = {},
                                            .init = request.init,
                                            .blade_image_bytes = found.blade_image_bytes,
                                            .created = found.created,
                                            .zimage_bytes = {},
                                            .blade_images = 0,
                                            .nfs = {},
                                            .file_system = golden.type},
                                           generations);
    };
    Result<void> adopted = adopt();
    if (adopted) return {};
    DIM_CHECK(unmount_below(paths.shared_mount(request.name, found.generations.back())));
    DIM_CHECK(unmount_below(paths.shared_file_system(request.name)));
    return adopted;
}

Result<api::ImageSummary> ImageStore::image(const ImageName& name) const {
    return state_->catalog.image(name);
}

Result<api::ImageSummary> ImageStore::image(const ImageName& name, Generation generation) const {
    return state_->catalog.image(name, generation);
}

Result<void> ImageStore::set_image(const api::SetImage& request) {
    return server::set_image(request, state_->paths, state_->catalog);
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

}  // namespace dim::server
