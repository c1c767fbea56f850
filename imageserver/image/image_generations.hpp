#pragma once

#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/master_look.hpp"
#include "imageserver/image/split_tree.hpp"
#include "imageserver/image/tree_generations.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/result.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace dim::server {

/// The generations of images: the first is imported, each other one is made here, of the one before
/// it. update() and roll_back() are called one at a time for an image, beside nothing that clones
/// its golden image; what a killed one left half done, ImageStore undoes. finish_collections() may
/// be called at any time.
class ImageGenerations {
public:
    /// The references outlive this. MOUNTING is held while something is mounted.
    ImageGenerations(ImageCatalog& catalog, const ImagePaths& paths, std::mutex& mounting)
        : catalog_(catalog), paths_(paths), looks_(catalog, paths), mounting_(mounting) {}

    /// As MasterLooks has them.
    void use(MasterWatch& watch) { looks_.use(watch); }
    void forget(const model::ImageName& image) { looks_.forget(image); }

    /// As Images has them.
    Result<MadeGeneration> update(const api::UpdateImage& request, const Progress& progress);
    Result<std::optional<api::ImageGeneration>> roll_back(const api::RollBackImage& request,
                                                          const Progress& progress);
    /// As Images has it; the generations of IN_TRASH are in use, too.
    Result<CollectedGenerations> collect(const api::CollectGenerations& request,
                                         const std::set<model::Generation>& in_trash,
                                         const Progress& progress);
    /// What a killed collect() has begun for IMAGE.
    Result<void> finish_collections(const model::ImageName& image);
    /// As Images has them; write_changeset() one at a time with update().
    Result<void> write_changeset(const model::ImageName& name,
                                 const std::optional<model::Generation>& from, model::Generation to,
                                 const sys::Fd& output, const Progress& progress);
    Result<void> look_into(const model::ImageName& name, model::Generation generation,
                           const TreeLook& look);
    Result<std::optional<api::ImageGeneration>>
    receive(const api::OfferGeneration& offer, const sys::Fd& changeset, const Progress& progress);
    Result<std::vector<api::ImageGeneration>> list(const model::ImageName& name);
    Result<api::GenerationDifference> compare(const model::ImageName& name, model::Generation older,
                                              model::Generation newer);
    /// As Images has it; one at a time with update().
    Result<api::SourceDifference> compare_with_source(const api::UpdateImage& request,
                                                      const Progress& progress);

private:
    /// What a generation shall hold, and where its new files come from.
    struct Part {
        manifest::Manifest want;
        std::shared_ptr<manifest::FileSource> source;
    };
    struct Next {
        GenerationRecord record;  ///< with what is shared
        model::Generation from;
        Part shared;
        Part golden;
        /// What comes of it must be just that, and have that number, even when nothing changed.
        bool is_exact = false;
        std::optional<GenerationSettings> settings = {};  ///< for the image from then on
    };
    Result<GenerationContents> make(Next& next, const Progress& progress);
    /// Makes it and brings it into force; on failure everything is as before.
    Result<std::optional<api::ImageGeneration>> finish(Next next, const Progress& progress);
    Result<void> unmount_shown(const model::ImageName& image, model::Generation generation);
    Result<bool> is_shown(const model::ImageName& image, model::Generation generation);
    Result<void> finish_collection(const ImageCatalog::GenerationKey& key);
    Result<void> check_known(const model::ImageName& name, model::Generation generation);
    TreeGenerations part(ImagePart part, const model::ImageName& image) const {
        return {part, image, paths_};
    }

    ImageCatalog& catalog_;
    const ImagePaths& paths_;
    MasterLooks looks_;
    std::mutex& mounting_;
    /// Held while one generation goes, so that none is taken for what a killed daemon left.
    std::mutex collecting_;
};

}  // namespace dim::server
