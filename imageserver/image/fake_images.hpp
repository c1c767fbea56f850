#pragma once

#include "imageserver/image/images.hpp"
#include "libdim/sys/file.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace dim::server {

/// For tests: images in memory, all mounted. Any thread may call.
class FakeImages final : public Images {
public:
    using Pair = std::pair<model::ComponentName, model::ImageName>;

    void add(const api::ImageSummary& image) {
        const std::scoped_lock lock(mutex_);
        images_.insert_or_assign(image.name, image);
    }
    void add(const api::BladeImage& image) {
        const std::scoped_lock lock(mutex_);
        blade_images_.insert_or_assign({image.blade, image.image}, image);
    }

    Result<Notes> import_image(const api::ImportImage& request, const Progress& progress) override {
        progress("copy the shared root", 0, 0);
        if (on_import) on_import();
        if (image(request.name)) return fail(ErrorCode::already_exists, "there is such an image");
        add(api::ImageSummary{
            request.name, request.architecture, *model::Generation::from_number(1),
            request.shared.value_or(std::vector<std::string>{}), request.init,
            request.blade_image_bytes, *model::Timestamp::from_microseconds(0), std::nullopt, 0});
        return Notes{};
    }
    Result<MadeGeneration> update_image(const api::UpdateImage& request,
                                        const Progress& progress) override {
        progress("look at the tree", 0, 0);
        DIM_TRY(auto made, next_generation(request.name, request.label,
                                           request.source ? to_string(request.source->source)
                                                          : "the master of the last time"));
        return MadeGeneration{.generation = std::move(made), .notes = {}};
    }
    Result<std::optional<api::ImageGeneration>> roll_back_image(const api::RollBackImage& request,
                                                                const Progress&) override {
        return next_generation(request.name, request.label,
                               "generation " + to_string(request.generation));
    }
    Result<void> write_changeset(const model::ImageName& name,
                                 const std::optional<model::Generation>& from, model::Generation to,
                                 const sys::Fd& output, const Progress&) override {
        DIM_CHECK(image(name));
        return sys::write_all(output, (from ? to_string(*from) : "nothing") + " to " +
                                          to_string(to) + changeset_padding);
    }
    Result<void> look_into(const model::ImageName& name, model::Generation,
                           const TreeLook&) override {
        DIM_CHECK(image(name));
        return fail(ErrorCode::conflict, "a fake has no files");
    }
    Result<void> receive_generation(const api::OfferGeneration& offer, const sys::Fd& changeset,
                                    const Progress& progress) override {
        progress("change the shared root", 1, 2);
        if (on_receive) DIM_CHECK(on_receive(offer, changeset));
        add(offer.image);
        return {};
    }
    Result<CollectedGenerations> collect_generations(const api::CollectGenerations& request,
                                                     const Progress& progress) override {
        DIM_CHECK(image(request.name));
        progress("collect generation 1", 0, 1);
        return collected;
    }
    Result<void> label_generation(const api::LabelGeneration& request) override {
        DIM_CHECK(image(request.name));
        for (api::ImageGeneration& made : made_generations)
            if (made.generation == request.generation) made.label = request.label;
        return {};
    }
    Result<void> set_image(const api::SetImage& request) override {
        DIM_TRY(api::ImageSummary summary, image(request.name));
        if (request.init) summary.init = *request.init;
        if (request.nfs_version) summary.nfs.version = *request.nfs_version;
        if (request.nfs_actimeo_seconds) summary.nfs.actimeo_seconds = *request.nfs_actimeo_seconds;
        if (request.nfs_nconnect) summary.nfs.nconnect = *request.nfs_nconnect;
        if (request.on_conflict) summary.sync.on_conflict = *request.on_conflict;
        if (request.keep_out) summary.sync.keep_out = *request.keep_out;
        if (request.merge) summary.sync.merge = *request.merge;
        add(summary);
        return {};
    }
    Result<std::vector<api::ImageGeneration>>
    generations(const model::ImageName& name) const override {
        DIM_CHECK(image(name));
        return made_generations;
    }
    Result<api::GenerationDifference> compare_generations(const model::ImageName& name,
                                                          model::Generation older,
                                                          model::Generation newer) const override {
        DIM_CHECK(image(name));
        return api::GenerationDifference{name, older, newer, differences.size(), differences};
    }
    Result<api::SourceDifference> compare_with_source(const api::UpdateImage& request,
                                                      const Progress& progress) override {
        DIM_TRY(const api::ImageSummary summary, image(request.name));
        progress("look at the tree", 0, 0);
        return api::SourceDifference{request.name, summary.generation, "the master",
                                     differences.size(), differences};
    }
    Result<void> pin_blades(const model::ImageName& name, model::Generation generation,
                            std::span<const model::ComponentName> blades) override {
        DIM_CHECK(image(name));
        for (const model::ComponentName& blade : blades) {
            const auto has = blade_image(blade, name);
            if (has && has->generation != generation)
                return fail(ErrorCode::conflict, "it has another one");
        }
        const std::scoped_lock lock(mutex_);
        for (const model::ComponentName& blade : blades)
            pins_.insert_or_assign(Pair(blade, name), generation);
        return {};
    }
    Result<std::uint64_t> unpin_blades(const model::ImageName& name,
                                       std::span<const model::ComponentName> blades) override {
        DIM_CHECK(image(name));
        const std::scoped_lock lock(mutex_);
        std::uint64_t count = 0;
        for (const model::ComponentName& blade : blades)
            count += pins_.erase(Pair(blade, name));
        return count;
    }
    Result<std::shared_ptr<const GenerationChange>> find_change(const model::ImageName& name,
                                                                model::Generation from,
                                                                model::Generation to) override {
        DIM_CHECK(image(name));
        auto change = std::make_shared<GenerationChange>(name, from, to);
        change->paths = change_paths;
        change->outline = change_outline;
        return change;
    }
    Result<MovedBladeImage> move_blade_image(const BladeMove& move,
                                             const GenerationChange& change) override {
        if (on_move) DIM_CHECK(on_move(move));
        if (move.is_dry_run) return moved;
        const std::scoped_lock lock(mutex_);
        blade_images_.at({move.blade, change.image}).generation = change.to;
        unfinished.erase(move.blade);
        return moved;
    }
    Result<std::optional<model::Generation>>
    unfinished_move(const model::ComponentName& blade, const model::ImageName&) const override {
        const std::scoped_lock lock(mutex_);
        const auto found = unfinished.find(blade);
        if (found == unfinished.end()) return std::nullopt;
        return found->second;
    }
    Result<FoundConflicts> open_conflicts(const model::ImageName& name,
                                          const ConflictSearch& search) const override {
        DIM_CHECK(image(name));
        FoundConflicts found;
        for (const OpenConflict& conflict : conflicts) {
            if (search.blade && conflict.blade != *search.blade) continue;
            if (search.is_wanted && !search.is_wanted(conflict)) continue;
            if (found.total++ < search.most) found.conflicts.push_back(conflict);
        }
        return found;
    }
    Result<std::vector<ConflictCount>>
    count_conflicts(const model::ImageName& name) const override {
        DIM_CHECK(image(name));
        std::map<model::ComponentName, std::uint64_t> counts;
        for (const OpenConflict& conflict : conflicts)
            ++counts[conflict.blade];
        std::vector<ConflictCount> all;
        for (const auto& [blade, count] : counts)
            all.push_back({blade, count});
        return all;
    }
    Result<std::vector<ConflictSides>>
    conflict_sides(const model::ImageName&, std::span<const OpenConflict> of) const override {
        return std::vector<ConflictSides>(of.size(), sides);
    }
    Result<void> close_conflicts(const model::ComponentName& blade, const model::ImageName&,
                                 const std::vector<std::string>& paths) override {
        for (const std::string& path : paths)
            std::erase_if(conflicts, [&](const OpenConflict& conflict) {
                return conflict.blade == blade && conflict.path == path;
            });
        return {};
    }
    Result<MovedBladeImage> take_generation(const BladeMove& move, const model::ImageName& name,
                                            const std::vector<std::string>& paths) override {
        if (on_move) DIM_CHECK(on_move(move));
        taken.push_back(paths);
        DIM_CHECK(close_conflicts(move.blade, name, paths));
        return moved;
    }
    Result<void> release_generations(const model::ComponentName& blade) override {
        const std::scoped_lock lock(mutex_);
        released.push_back(blade);
        return {};
    }
    Result<void> rename_image(const model::ImageName& name,
                              const model::ImageName& new_name) override {
        DIM_TRY(api::ImageSummary renamed, image(name));
        if (image(new_name)) return fail(ErrorCode::already_exists, "there is such an image");
        renamed.name = new_name;
        add(renamed);
        const std::scoped_lock lock(mutex_);
        images_.erase(name);
        std::map<Pair, api::BladeImage> blade_images;
        for (auto& [pair, of_blade] : blade_images_) {
            if (of_blade.image == name) of_blade.image = new_name;
            blade_images.emplace(Pair(of_blade.blade, of_blade.image), of_blade);
        }
        blade_images_ = std::move(blade_images);
        return {};
    }
    Result<void> remove_image(const model::ImageName& name) override {
        DIM_CHECK(image(name));
        const std::scoped_lock lock(mutex_);
        images_.erase(name);
        return {};
    }
    Result<void> create_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image, const Progress&) override {
        if (blade_image(blade, image)) return fail(ErrorCode::already_exists, "it has one");
        DIM_TRY(const auto summary, this->image(image));
        const auto pinned = find(pins_, Pair(blade, image));
        add(api::BladeImage{blade, image, pinned.value_or(summary.generation), "/x", 1, 1, true,
                            false, std::nullopt, pinned.has_value()});
        return {};
    }
    Result<void> delete_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image) override {
        DIM_TRY(api::BladeImage gone, blade_image(blade, image));
        const std::scoped_lock lock(mutex_);
        blade_images_.erase({blade, image});
        trash_.insert_or_assign({blade, image}, std::move(gone));
        return {};
    }
    Result<void> resize_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image,
                                    std::uint64_t size_bytes) override {
        DIM_TRY(api::BladeImage resized, blade_image(blade, image));
        resized.size_bytes = size_bytes;
        add(resized);
        return {};
    }
    Result<void> restore_blade_image(const model::ComponentName& blade,
                                     const model::ImageName& image) override {
        DIM_TRY(api::BladeImage kept, find(trash_, Pair(blade, image)));
        if (blade_image(blade, image)) return fail(ErrorCode::already_exists, "it has one");
        add(kept);
        const std::scoped_lock lock(mutex_);
        trash_.erase({blade, image});
        return {};
    }
    Result<std::uint64_t> purge_blade_images(const model::ComponentName& blade,
                                             const model::ImageName& image) override {
        DIM_CHECK(find(trash_, Pair(blade, image)));
        const std::scoped_lock lock(mutex_);
        return trash_.erase({blade, image});
    }
    Result<api::TrashList> trash() const override {
        api::TrashList list{.images = {}, .days = 7};
        DIM_TRY(const auto kept, all(trash_));
        for (const api::BladeImage& image : kept)
            list.images.push_back({image.blade, image.image, image.generation, "/trash/x", 1, 1,
                                   *model::Timestamp::from_microseconds(0), "deleted", 60.0, 1.0});
        return list;
    }
    Result<std::vector<api::UnknownFile>> unknown_files() const override { return unknown; }
    Result<void> adopt_image(const api::AdoptImage& request) override {
        if (image(request.name)) return fail(ErrorCode::already_exists, "it is known");
        add(api::ImageSummary{request.name,
                              request.architecture,
                              *model::Generation::from_number(1),
                              {"usr"},
                              request.init,
                              1,
                              *model::Timestamp::from_microseconds(0),
                              std::nullopt,
                              0});
        return {};
    }
    Result<void> adopt_blade_image(const model::ComponentName& blade,
                                   const model::ImageName& image) override {
        return create_blade_image(blade, image,
                                  [](std::string_view, std::uint64_t, std::uint64_t) {});
    }
    Result<void> set_exported(const model::ComponentName& blade, const model::ImageName& image,
                              bool is_exported) override {
        DIM_CHECK(blade_image(blade, image));
        const std::scoped_lock lock(mutex_);
        blade_images_.at({blade, image}).is_exported = is_exported;
        return {};
    }

    Result<api::ImageSummary> image(const model::ImageName& name) const override {
        return find(images_, name);
    }
    Result<api::ImageSummary> image(const model::ImageName& name,
                                    model::Generation generation) const override {
        DIM_TRY(api::ImageSummary summary, image(name));
        summary.generation = generation;
        if (const auto other = shared.find(generation); other != shared.end())
            summary.shared = other->second;
        return summary;
    }
    Result<std::vector<api::ImageSummary>> images() const override { return all(images_); }
    Result<api::ImageDetails> image_details(const model::ImageName& name) const override {
        DIM_TRY(api::ImageSummary summary, image(name));
        return api::ImageDetails{std::move(summary), {}, {}, 1, 1, {}};
    }
    Result<api::ImageCheck> check_image(const model::ImageName& name) const override {
        DIM_TRY(const api::ImageSummary summary, image(name));
        return api::ImageCheck{name, summary.generation, "ab", 3, differences.size(), differences};
    }
    Result<api::BladeImage> blade_image(const model::ComponentName& blade,
                                        const model::ImageName& image) const override {
        return find(blade_images_, Pair(blade, image));
    }
    Result<std::vector<api::BladeImage>> blade_images() const override {
        return all(blade_images_);
    }

    Result<BladeGenerations> blade_generations() const override {
        BladeGenerations generations;
        DIM_TRY(const auto images, blade_images());
        for (const api::BladeImage& each : images)
            generations.insert_or_assign({each.blade, each.image}, each.generation);
        return generations;
    }
    Result<std::vector<model::Generation>>
    generation_numbers(const model::ImageName& name) const override {
        DIM_CHECK(image(name));
        std::vector<model::Generation> numbers;
        for (const api::ImageGeneration& each : made_generations)
            numbers.push_back(each.generation);
        return numbers;
    }

    Result<DiskSpace> disk_space() const override {
        const std::scoped_lock lock(mutex_);
        return space;
    }
    std::vector<Error> reserve_blade_images() override { return unreserved; }

    Result<MountState> mount_state(const model::ComponentName& blade,
                                   const model::ImageName& image) const override {
        DIM_CHECK(blade_image(blade, image));
        return MountState::mounted;
    }
    Result<void> ensure_ready(const model::ComponentName& blade,
                              const model::ImageName& image) override {
        DIM_CHECK(blade_image(blade, image));
        return {};
    }
    Result<void> ensure_shared_ready(const model::ImageName& name, model::Generation) override {
        DIM_CHECK(image(name));
        return {};
    }
    Result<std::set<std::pair<model::ImageName, model::Generation>>>
    shown_generations() const override {
        std::set<std::pair<model::ImageName, model::Generation>> shown;
        const std::scoped_lock lock(mutex_);
        for (const auto& [name, image] : images_)
            shown.emplace(name, image.generation);
        for (const auto& [pair, image] : blade_images_)
            shown.emplace(image.image, image.generation);
        return shown;
    }
    bool is_shared_mounted(const model::ImageName& name, model::Generation) const override {
        return image(name).has_value();
    }
    std::string mount_point(const model::ComponentName& blade,
                            const model::ImageName& image) const override {
        return mounts + "/blades/" + to_string(blade) + '/' + to_string(image);
    }
    std::string shared_mount_point(const model::ImageName& image,
                                   model::Generation generation) const override {
        return mounts + "/shared/" + to_string(image) + '/' + to_string(generation);
    }

    std::vector<api::UnknownFile> unknown;
    std::vector<api::ImageGeneration> made_generations;  ///< by update_image and roll_back_image
    CollectedGenerations collected;                      ///< by collect_generations()
    bool is_unchanged = false;                           ///< what they find then
    std::vector<api::TreeDifference> differences;        ///< what check_image() finds
    DiskSpace space{.total = 100, .free = 100, .committed = 0, .allocated = 0};
    std::vector<Error> unreserved;    ///< what reserve_blade_images() returns
    std::function<void()> on_import;  ///< while an image is being imported
    std::function<Result<void>(const api::OfferGeneration&, const sys::Fd&)> on_receive;
    std::string changeset_padding;
    ConflictSides sides{"file", "symlink", "nothing"};
    changeset::Outline change_outline;  ///< what find_change() finds
    std::uint64_t change_paths = 0;
    MovedBladeImage moved;                                         ///< what comes of a move
    std::map<model::ComponentName, model::Generation> unfinished;  ///< moves that were begun
    /// What generations share that do not share what the image does by now.
    std::map<model::Generation, std::vector<std::string>> shared;
    std::string mounts = "/mounts";  ///< what is mounted is below it
    std::function<Result<void>(const BladeMove&)> on_move;
    std::vector<model::ComponentName> released;
    std::vector<OpenConflict> conflicts;          ///< of every image
    std::vector<std::vector<std::string>> taken;  ///< by take_generation()

private:
    Result<std::optional<api::ImageGeneration>> next_generation(const model::ImageName& name,
                                                                const std::string& label,
                                                                const std::string& source) {
        DIM_TRY(api::ImageSummary summary, image(name));
        if (is_unchanged) return std::nullopt;
        summary.generation = *model::Generation::from_number(summary.generation.number() + 1);
        add(summary);
        made_generations.push_back(
            {summary.generation, summary.created, label, source, "ab", "cd", 0});
        return made_generations.back();
    }
    template <class Key, class Value>
    Result<Value> find(const std::map<Key, Value>& map, const Key& key) const {
        const std::scoped_lock lock(mutex_);
        const auto found = map.find(key);
        if (found == map.end()) return fail(ErrorCode::not_found, "there is no such thing");
        return found->second;
    }
    template <class Key, class Value>
    Result<std::vector<Value>> all(const std::map<Key, Value>& map) const {
        const std::scoped_lock lock(mutex_);
        std::vector<Value> values;
        for (const auto& [key, value] : map)
            values.push_back(value);
        return values;
    }

    mutable std::mutex mutex_;
    std::map<model::ImageName, api::ImageSummary> images_;
    std::map<Pair, api::BladeImage> blade_images_;
    std::map<Pair, api::BladeImage> trash_;
    std::map<Pair, model::Generation> pins_;
};

}  // namespace dim::server
