#pragma once
#include "imageserver/image/blade_image_checks.hpp"
#include "imageserver/image/blade_trash.hpp"
#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_generations.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/image/master_tree.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

/// What the files image_store*.cpp share: of images, of blade images, of mounts…
struct ImageStore::State {
    State(Settings settings, Database& database)
        : paths(std::move(settings.state_directory)),
          provisioning(settings.provisioning),
          tables_with_images(std::move(settings.tables_with_images)),
          catalog(database),
          checks(database),
          trash(paths, database, {.days = settings.trash_days}) {}
    ImagePaths paths;
    Provisioning provisioning;
    std::vector<std::string> tables_with_images;
    ImageCatalog catalog;
    BladeImageChecks checks;
    BladeOverrides* overrides = nullptr;
    BladeTrash trash;
    /// Held while space is given to an image, so that none is promised twice.
    std::mutex reserving;
    /// Held while an image gets another name, so that it is not taken for what a killed daemon
    /// left.
    std::mutex renaming;
    /// Held while something is mounted or unmounted, and while that is looked at to change it.
    std::mutex mounting;
    /// Those that a call is making: not what a killed daemon left. Guarded by mounting.
    std::set<BladeImageKey> creating;
    /// Those whose file is examined, or is about to be replaced by another: nobody mounts them.
    /// Guarded by mounting.
    std::set<BladeImageKey> offline;
    /// Held while what was begun for an image is undone.
    std::mutex undoing;
    ImageGenerations generations{catalog, paths, mounting};
    // What a killed predecessor left half done and could not be undone yet; their rows are still in
    // the catalog, so nothing new has their names. Guarded by mounting.
    std::vector<BladeImageRecord> unfinished_blade_images;
    std::vector<ImageCatalog::GenerationKey> unfinished_generations;

    /// Errors: already_exists when there are files of an image that the catalog does not know.
    Result<void> check_no_files(const model::ImageName& name);
    /// What the first generation of an image here is made of.
    struct FirstGeneration {
        const api::ImportImage& request;  ///< with what is shared
        const MasterTree& master;
        model::Generation number;
        /// Whether what was made is fit to come into force; none: it is.
        std::function<Result<void>(const GenerationContents&)> check;
    };
    /// Makes its files and mounts, and brings it into force; it was begun.
    Result<sys::UnsteadyFiles> make_first(const FirstGeneration& first, const Progress& progress);
    /// Ends what failed.
    Result<void> discard_first(const model::ImageName& name, model::Generation number);

    // Both while mounting is held.
    Result<void> undo(const BladeImageRecord& record);
    Result<void> undo(const ImageCatalog::GenerationKey& key);
    /// Of what the catalog says is being deleted.
    Result<void> finish_deletion(const BladeImageRecord& record, const std::string& reason);
    /// Images that were getting another name when the daemon was killed: OF, or all.
    Result<void> finish_renames(const std::optional<model::ImageName>& of = {});
    // Both while renaming and mounting are held, and again after a kill.
    Result<void> unmount_renamed(const model::ImageName& name);
    Result<void> carry_out(const ImageRenames::Rename& rename);
    /// What was begun for IMAGE, by a daemon that was killed or by a call that could not even write
    /// that it had failed. For who works on IMAGE alone, or with others that make blade images of
    /// it.
    Result<void> undo_unfinished_of(const model::ImageName& image);
    /// While mounting is held. Errors: unavailable while that blade image is offline.
    Result<void> check_in_use(const model::ComponentName& blade,
                              const model::ImageName& image) const;
    /// Which blades may be shown: the newest of each image, those of blade images, and those in use
    /// otherwise (GenerationUses).
    Result<std::set<ImageCatalog::GenerationKey>> shown_generations();
};

}  // namespace dim::server
