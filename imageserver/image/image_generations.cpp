#include "imageserver/image/image_generations.hpp"

#include "imageserver/image/disk_space.hpp"
#include "imageserver/image/image_inspection.hpp"
#include "imageserver/image/loop_mount.hpp"
#include "imageserver/image/master_tree.hpp"
#include "imageserver/image/shared_directories.hpp"
#include "imageserver/image/shared_root.hpp"
#include "imageserver/image/split_tree.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/tree_copy.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace dim::server {

using manifest::Entry;
using manifest::Manifest;
using manifest::TreeSource;
using model::Generation;
using model::ImageName;

namespace {

/// What a tree is to have that it has not.
struct Growth {
    std::uint64_t bytes = 0;  ///< content of its files
    std::uint64_t files = 0;

    Growth& operator+=(const Growth& more) {
        bytes += more.bytes;
        files += more.files;
        return *this;
    }
    std::uint64_t bytes_on_disk() const { return bytes + files * 4096; }
};
/// None when nothing is to change. One tree of before is in memory at a time.
Result<std::optional<Growth>> growth(const TreeGenerations& tree, Generation newest,
                                     const Manifest& want) {
    DIM_TRY(const TreeRecord have, tree.record(newest));
    if (have.tree.manifest == want) return std::nullopt;
    Growth growth;
    for (const manifest::TreeChange::Put& put : plan_change(have.tree.manifest, want).puts) {
        if (!put.link_to.empty()) continue;
        growth.bytes += put.entry->size;
        ++growth.files;
    }
    return growth;
}

}  // namespace

Result<bool> ImageGenerations::is_shown(const ImageName& image, Generation generation) {
    DIM_TRY(const auto records, catalog_.blade_images());
    DIM_TRY(const auto used, catalog_.uses().of(image));
    return used.contains(generation) ||
           std::ranges::any_of(records, [&](const BladeImageRecord& record) {
               return record.image == image && record.generation == generation;
           });
}

Result<void> ImageGenerations::check_known(const ImageName& name, Generation generation) {
    DIM_TRY(const auto records, catalog_.generations_of(name));
    if (std::ranges::find(records, generation, &GenerationRecord::generation) != records.end())
        return {};
    return fail(Error(ErrorCode::not_found,
                      "image " + name.text() + " has no generation " + to_string(generation))
                    .with_cure("see 'dim image generations " + name.text() + "'"));
}

Result<MadeGeneration> ImageGenerations::update(const api::UpdateImage& request,
                                                const Progress& progress) {
    DIM_TRY(MasterLook look, looks_.look(request, LookFor::files, progress));
    Notes notes = notes_of(look.master.master, {});
    notes.insert(notes.end(), look.notes.begin(), look.notes.end());
    if (look.is_newest) {
        looks_.remember(look, true);
        return MadeGeneration{.generation = {}, .notes = std::move(notes)};
    }
    DIM_TRY(const auto files, look.files());
    const Generation newest = look.image.generation;
    DIM_TRY(const Generation number, Generation::from_number(newest.number() + 1));
    DIM_TRY(const model::Timestamp now, model::Timestamp::from_microseconds(sys::realtime_us()));
    // The next one is made of the same master as the last whole one.
    std::optional<api::ImageSource> master;
    if (look.scope.empty()) master = look.source;
    DIM_TRY(auto made, finish(Next{.record = {.image = request.name,
                                              .generation = number,
                                              .created = now,
                                              .label = request.label,
                                              .source = look.source_text(),
                                              .master = master,
                                              .shared_digest = {},
                                              .golden_digest = {},
                                              .shared = look.shared},
                                   .from = newest,
                                   .shared = {std::move(look.split.shared), files},
                                   .golden = {std::move(look.split.golden), files}},
                              progress));
    looks_.remember(look, !made);
    if (made && request.shared) notes.insert(notes.begin(), tell_shared(look.shared));
    return MadeGeneration{.generation = std::move(made), .notes = std::move(notes)};
}

Result<api::SourceDifference> ImageGenerations::compare_with_source(const api::UpdateImage& request,
                                                                    const Progress& progress) {
    DIM_TRY(MasterLook look, looks_.look(request, LookFor::differences, progress));
    const Generation newest = look.image.generation;
    std::vector<manifest::Difference> differences;
    if (!look.is_newest) {
        DIM_TRY(const SplitTree now, split_of(look.image, paths_));
        differences = differences_of(now, look.split);
    }
    looks_.remember(look, look.is_newest);
    return api::SourceDifference{.image = request.name,
                                 .generation = newest,
                                 .source = look.source_text(),
                                 .difference_count = differences.size(),
                                 .differences = tell_differences(differences)};
}

Result<std::optional<api::ImageGeneration>>
ImageGenerations::roll_back(const api::RollBackImage& request, const Progress& progress) {
    DIM_CHECK(api::check_label(request.label));
    DIM_TRY(const api::ImageSummary image, catalog_.image(request.name));
    DIM_CHECK(check_known(request.name, request.generation));
    DIM_TRY(const api::ImageSummary past, catalog_.image(request.name, request.generation));
    const auto as_it_was = [&](ImagePart which) -> Result<Part> {
        const TreeGenerations tree = part(which, request.name);
        DIM_TRY(Manifest manifest, tree.manifest_of(request.generation, image.generation));
        DIM_TRY(auto roots, tree.past_roots(request.generation, image.generation));
        return Part{std::move(manifest),
                    std::make_shared<TreeSource>(std::move(roots), TreeSource::Take::links)};
    };
    DIM_TRY(Part shared, as_it_was(ImagePart::shared));
    DIM_TRY(Part golden, as_it_was(ImagePart::golden));
    DIM_TRY(const Generation number, Generation::from_number(image.generation.number() + 1));
    DIM_TRY(const model::Timestamp now, model::Timestamp::from_microseconds(sys::realtime_us()));
    return finish(Next{.record = {.image = request.name,
                                  .generation = number,
                                  .created = now,
                                  .label = request.label,
                                  .source = "generation " + to_string(request.generation),
                                  .master = {},
                                  .shared_digest = {},
                                  .golden_digest = {},
                                  .shared = past.shared},
                       .from = image.generation,
                       .shared = std::move(shared),
                       .golden = std::move(golden)},
                  progress);
}

Result<GenerationContents> ImageGenerations::make(Next& next, const Progress& progress) {
    const auto expected = [&](const Part& to) {
        return next.is_exact ? manifest::digest_of(to_text(to.want)) : std::string();
    };
    const std::string expected_shared = expected(next.shared);
    const std::string expected_golden = expected(next.golden);
    DIM_TRY(const bool is_from_in_use, is_shown(next.record.image, next.from));
    const auto advance = [&](ImagePart which, Part& to) {
        return part(which, next.record.image)
            .advance({.from = next.from,
                      .to = next.record.generation,
                      .want = std::move(to.want),
                      .is_from_in_use = is_from_in_use},
                     *to.source, progress);
    };
    GenerationContents made{.shared_digest = {},
                            .golden_digest = {},
                            .shared = next.record.shared,
                            .bytes =
                                totals(next.shared.want).bytes + totals(next.golden.want).bytes,
                            .own_bytes = next.record.own_bytes};
    DIM_TRY(made.shared_digest, advance(ImagePart::shared, next.shared));
    DIM_TRY(made.golden_digest, advance(ImagePart::golden, next.golden));
    if (next.is_exact &&
        (made.shared_digest != expected_shared || made.golden_digest != expected_golden))
        return fail(ErrorCode::conflict, "what was made is not what was to be made");
    return made;
}

Result<void> ImageGenerations::unmount_shown(const ImageName& image, Generation generation) {
    const std::scoped_lock lock(mounting_);
    return unmount_below(paths_.shared_mount(image, generation));
}

Result<std::optional<api::ImageGeneration>> ImageGenerations::finish(Next next,
                                                                     const Progress& progress) {
    const ImageName& image = next.record.image;
    const Generation number = next.record.generation;
    const TreeGenerations shared = part(ImagePart::shared, image);
    const TreeGenerations golden = part(ImagePart::golden, image);
    {
        DIM_TRY(const auto of_shared, growth(shared, next.from, next.shared.want));
        DIM_TRY(const auto of_golden, growth(golden, next.from, next.golden.want));
        if (!next.is_exact && !of_shared && !of_golden) return std::nullopt;
        Growth own = of_shared.value_or(Growth{});
        own += of_golden.value_or(Growth{});
        DIM_CHECK(check_space(paths_.images(), own.bytes_on_disk()));
        next.record.own_bytes = own.bytes;
    }
    {
        const std::scoped_lock lock(mounting_);
        DIM_TRY([[maybe_unused]] const MountState before, mount_shared_file_system(image, paths_));
    }
    DIM_CHECK(catalog_.begin_generation(next.record));
    Result<GenerationContents> made = make(next, progress);
    Result<void> finished;
    if (made) {
        const std::scoped_lock lock(mounting_);
        finished = mount_shared_root(image, number, paths_);
    } else {
        finished = fail(made.error());
    }
    if (finished) finished = catalog_.finish_generation({image, number}, *made, next.settings);
    if (!finished) {
        DIM_CHECK(unmount_shown(image, number));
        DIM_CHECK(shared.retreat(next.from, number));
        DIM_CHECK(golden.retreat(next.from, number));
        DIM_CHECK(catalog_.forget_generation({image, number}));
        return fail(std::move(finished).error());
    }
    // It is done; what is left of the last one costs space only.
    (void)shared.settle(next.from);
    (void)golden.settle(next.from);
    if (!sys::stat(paths_.shared(image, next.from))) (void)unmount_shown(image, next.from);
    DIM_TRY(const auto all, list(image));
    return all.back();
}

namespace {

/// What is below DIRECTORY, on its disk; it need not be there.
Result<std::uint64_t> bytes_below(const std::string& directory) {
    const std::filesystem::path split(directory);
    const auto parent = sys::open_directory(split.parent_path());
    const auto size = parent ? sys::measure_tree(*parent, split.filename()) : fail(parent.error());
    if (size) return size->bytes;
    return size.error().code() == ErrorCode::not_found ? Result<std::uint64_t>(0)
                                                       : fail(size.error());
}

/// What the files of an image take on the disk, without its blade images.
Result<std::uint64_t> bytes_of_image(const ImageName& name, const ImagePaths& paths) {
    DIM_TRY(std::uint64_t bytes, bytes_below(paths.image(name) + "/past"));
    for (const std::string& file : {paths.shared_file(name), paths.golden_file(name)}) {
        DIM_TRY(const sys::FileStatus status, sys::stat(file));
        bytes += status.allocated;
    }
    return bytes;
}

}  // namespace

Result<CollectedGenerations> ImageGenerations::collect(const api::CollectGenerations& request,
                                                       const std::set<Generation>& in_trash,
                                                       const Progress& progress) {
    DIM_CHECK(api::check_collection(request));
    DIM_TRY(const auto records, catalog_.generations_of(request.name));
    DIM_TRY(const auto pinned, catalog_.pins().counts(request.name));
    CollectedGenerations collected;
    for (std::size_t i = 0; i + request.keep < records.size(); ++i) {
        const Generation number = records[i].generation;
        DIM_TRY(const bool has_blades, is_shown(request.name, number));
        const bool is_kept = has_blades || in_trash.contains(number) || pinned.contains(number) ||
                             (!request.labelled && !records[i].label.empty());
        if (!is_kept) collected.generations.push_back(number);
    }
    if (request.is_dry_run || collected.generations.empty()) return collected;
    DIM_TRY(const std::uint64_t before, bytes_of_image(request.name, paths_));
    std::uint64_t done = 0;
    for (const Generation number : collected.generations) {
        progress("collect generation " + to_string(number), done++, collected.generations.size());
        const std::scoped_lock lock(collecting_);
        DIM_CHECK(catalog_.begin_collection({request.name, number}));
        DIM_CHECK(finish_collection({request.name, number}));
    }
    DIM_TRY(const std::uint64_t after, bytes_of_image(request.name, paths_));
    collected.freed_bytes = before - std::min(before, after);
    return collected;
}

Result<void> ImageGenerations::finish_collection(const ImageCatalog::GenerationKey& key) {
    const auto& [name, number] = key;
    DIM_TRY(const auto records, catalog_.generations_of(name));
    const auto newer = std::ranges::upper_bound(records, number, {}, &GenerationRecord::generation);
    if (newer == records.end())
        return fail(ErrorCode::internal, "the newest generation is never collected");
    TreeGenerations::Collection collection{.number = number,
                                           .older = {},
                                           .newer = newer->generation,
                                           .newest = records.back().generation};
    if (newer != records.begin()) collection.older = std::prev(newer)->generation;
    DIM_CHECK(unmount_shown(name, number));
    DIM_CHECK(part(ImagePart::shared, name).collect(collection));
    DIM_CHECK(part(ImagePart::golden, name).collect(collection));
    return catalog_.forget_generation(key);
}

Result<void> ImageGenerations::finish_collections(const ImageName& image) {
    const std::scoped_lock lock(collecting_);
    DIM_TRY(const auto collected, catalog_.collected_generations());
    for (const ImageCatalog::GenerationKey& key : collected)
        if (key.first == image) DIM_CHECK(finish_collection(key));
    return {};
}

namespace {

std::optional<std::uint64_t> known(std::uint64_t bytes, const GenerationRecord& record) {
    return record.bytes == 0 ? std::nullopt : std::optional(bytes);
}

}  // namespace

Result<std::vector<api::ImageGeneration>> ImageGenerations::list(const ImageName& name) {
    DIM_TRY(const auto records, catalog_.generations_of(name));
    DIM_TRY(const auto blade_images, catalog_.blade_images());
    DIM_TRY(const auto pinned, catalog_.pins().counts(name));
    std::vector<api::ImageGeneration> generations;
    for (const GenerationRecord& record : records) {
        const auto has_it = [&](const BladeImageRecord& blade_image) {
            return blade_image.image == name && blade_image.generation == record.generation &&
                   blade_image.state == BladeImageState::ready;
        };
        DIM_TRY(const std::uint64_t shared,
                bytes_below(paths_.shared_past(name, record.generation)));
        DIM_TRY(const std::uint64_t golden,
                bytes_below(paths_.golden_past(name, record.generation)));
        const auto pins = pinned.find(record.generation);
        generations.push_back({.generation = record.generation,
                               .created = record.created,
                               .label = record.label,
                               .source = record.source,
                               .shared_digest = record.shared_digest,
                               .golden_digest = record.golden_digest,
                               .blade_images = static_cast<std::uint32_t>(
                                   std::ranges::count_if(blade_images, has_it)),
                               .pinned = pins == pinned.end() ? 0 : pins->second,
                               .shared = record.shared,
                               .bytes = known(record.bytes, record),
                               .own_bytes = known(record.own_bytes, record),
                               .retired_bytes = shared + golden});
    }
    return generations;
}

Result<api::GenerationDifference> ImageGenerations::compare(const ImageName& name, Generation older,
                                                            Generation newer) {
    DIM_TRY(const api::ImageSummary image, catalog_.image(name));
    DIM_CHECK(check_known(name, older));
    DIM_CHECK(check_known(name, newer));
    const auto tree_of = [&](Generation number) -> Result<SplitTree> {
        DIM_TRY(Manifest shared,
                part(ImagePart::shared, name).manifest_of(number, image.generation));
        DIM_TRY(Manifest golden,
                part(ImagePart::golden, name).manifest_of(number, image.generation));
        return SplitTree{std::move(shared), std::move(golden)};
    };
    DIM_TRY(const SplitTree from, tree_of(older));
    DIM_TRY(const SplitTree to, tree_of(newer));
    const auto differences = differences_of(from, to);
    return api::GenerationDifference{.image = name,
                                     .older = older,
                                     .newer = newer,
                                     .difference_count = differences.size(),
                                     .differences = tell_differences(differences)};
}

}  // namespace dim::server
