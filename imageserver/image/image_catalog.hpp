#pragma once

#include "imageserver/image/generation_uses.hpp"
#include "imageserver/image/image_pins.hpp"
#include "imageserver/image/image_renames.hpp"
#include "imageserver/image/open_conflicts.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/image_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace dim::server {

enum class BladeImageState { creating, ready, deleting };

struct BladeImageRecord {
    model::ComponentName blade;
    model::ImageName image;
    model::Generation generation;
    BladeImageState state;
    std::uint64_t size_bytes;
    bool is_exported;
    bool is_pinned = false;
};

struct GenerationRecord {
    model::ImageName image;
    model::Generation generation;
    model::Timestamp created;
    std::string label;
    std::string source;                      ///< what it was made of, for a person
    std::optional<api::ImageSource> master;  ///< when it was made of one
    std::string shared_digest;  ///< of the manifests; empty for images of a time before them
    std::string golden_digest;
    std::vector<std::string> shared = {};  ///< first-level directories of the shared root
    std::uint64_t bytes = 0;               ///< as GenerationContents; 0: it is not known
    std::uint64_t own_bytes = 0;
};

/// What is known of a generation once it is made.
struct GenerationContents {
    std::string shared_digest;  ///< of the manifests
    std::string golden_digest;
    std::vector<std::string> shared = {};  ///< first-level directories of the shared root
    std::uint64_t bytes = 0;               ///< content of its files
    std::uint64_t own_bytes = 0;           ///< of those that the one before it has not
};

/// How blades start and mount an image, and how their images are brought up to date.
struct GenerationSettings {
    std::string init;
    api::NfsOptions nfs;
    api::SyncPolicy sync;
};

/// What the database knows of images: the tables image, image_generation and blade_image. A thing
/// is journalled before its first file is made and after its last one is deleted.
class ImageCatalog {
public:
    using GenerationKey = std::pair<model::ImageName, model::Generation>;

    explicit ImageCatalog(Database& database) : uses_(database), database_(&database) {}

    ImagePins pins() { return ImagePins(*database_); }
    GenerationUses& uses() { return uses_; }
    ImageRenames renames() { return ImageRenames(*database_); }
    OpenConflicts conflicts() { return OpenConflicts(*database_); }

    /// Errors: already_exists.
    Result<void> begin_import(const api::ImageSummary& image, const api::ImageSource& source);
    /// The same for a generation that another server has made; RECORD has all that is known of it.
    Result<void> begin_import(const api::ImageSummary& image, const GenerationRecord& record);
    /// The next generation of an image that is there; it is in nobody's way until it is finished.
    Result<void> begin_generation(const GenerationRecord& record);
    /// From now on it is the newest.
    Result<void> finish_generation(const GenerationKey& key, const GenerationContents& contents);
    /// The same, with other settings for the image from now on.
    Result<void> finish_generation(const GenerationKey& key, const GenerationContents& contents,
                                   const std::optional<GenerationSettings>& settings);
    /// From now on it is none that anybody may have; forget_generation() ends it. Errors: conflict
    /// when it is the newest, or there is a blade image of it, a pin to it or a use, by now.
    Result<void> begin_collection(const GenerationKey& key);
    /// From now on none of its generations is finished, and no blade is pinned to one. Errors:
    /// conflict when there is a blade image of it by now.
    Result<void> begin_removal(const model::ImageName& name);
    /// With all its generations.
    Result<void> forget_image(const model::ImageName& name);
    /// Forgets the generation, and the image when it was its only one.
    Result<void> forget_generation(const GenerationKey& key);
    Result<std::vector<GenerationKey>> unfinished_generations();
    Result<std::vector<GenerationKey>> finished_generations();
    /// Those that are being collected.
    Result<std::vector<GenerationKey>> collected_generations();

    /// The finished ones of an image, ascending. Errors: not_found.
    Result<std::vector<GenerationRecord>> generations_of(const model::ImageName& name);
    /// Errors: not_found.
    Result<void> set_label(const GenerationKey& key, const std::string& label);

    // With the newest finished generation; zimage_bytes is left out.
    /// Errors: not_found.
    Result<api::ImageSummary> image(const model::ImageName& name);
    /// As it was in that generation.
    Result<api::ImageSummary> image(const model::ImageName& name, model::Generation generation);
    Result<std::vector<api::ImageSummary>> images();
    /// Errors: not_found.
    Result<void> set_settings(const model::ImageName& name, const GenerationSettings& settings);
    /// What the newest generation that was made of a master was made of. Errors: not_found.
    Result<std::optional<api::ImageSource>> last_master(const model::ImageName& name);

    struct AdoptedGeneration {
        model::Generation generation;
        std::vector<std::string> shared = {};  ///< first-level directories of the shared root
    };
    /// An image whose files are there, with these generations, all of them finished; one
    /// transaction. Errors: already_exists.
    Result<void> adopt_image(const api::ImageSummary& image,
                             const std::vector<AdoptedGeneration>& generations);
    /// A blade image whose file is there. Errors: already_exists, in whatever state it is known.
    Result<void> adopt_blade_image(const BladeImageRecord& record);
    /// In whatever state.
    Result<std::set<GenerationKey>> known_generations();

    /// Of the generation that its blade is pinned to, or else of the one that RECORD has; which it
    /// is. Errors: already_exists.
    Result<model::Generation> begin_blade_image(const BladeImageRecord& record);
    /// From now on it is there.
    Result<void> finish_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);
    /// From now on it is being deleted. Errors: conflict when it is exported by now.
    Result<void> begin_deletion(const model::ComponentName& blade, const model::ImageName& image);
    /// Errors: not_found, also for one that is being made or deleted.
    Result<void> set_exported(const model::ComponentName& blade, const model::ImageName& image,
                              bool is_exported);
    /// How large it is, or is being made. Errors: as set_exported().
    Result<void> set_size(const model::ComponentName& blade, const model::ImageName& image,
                          std::uint64_t size_bytes);
    Result<void> forget_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);
    /// Errors: not_found, also for one that is being made or deleted.
    Result<BladeImageRecord> blade_image(const model::ComponentName& blade,
                                         const model::ImageName& image);
    /// In every state, by blade and image.
    Result<std::vector<BladeImageRecord>> blade_images();

private:
    /// Generation 0: the newest.
    Result<api::ImageSummary> image_where(const model::ImageName& name, std::uint32_t generation);
    Result<std::vector<GenerationKey>> generations_where(std::string_view condition);
    GenerationUses uses_;
    Database* database_;
};

}  // namespace dim::server
