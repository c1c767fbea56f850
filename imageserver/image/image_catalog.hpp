#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
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
};

struct GenerationDigests {
    std::string shared;
    std::string golden;
};

/// What the database knows of images: the tables image, image_generation and blade_image. A thing
/// is journalled before its first file is made and after its last one is deleted.
class ImageCatalog {
public:
    using GenerationKey = std::pair<model::ImageName, model::Generation>;

    explicit ImageCatalog(Database& database) : database_(&database) {}

    /// Errors: already_exists.
    Result<void> begin_import(const api::ImageSummary& image, const api::ImageSource& source);
    /// The next generation of an image that is there; it is in nobody's way until it is finished.
    Result<void> begin_generation(const GenerationRecord& record);
    /// From now on it is the newest.
    Result<void> finish_generation(const GenerationKey& key, const GenerationDigests& digests);
    /// From now on it is none that anybody may have; forget_generation() ends it. Errors: conflict
    /// when it is the newest, or there is a blade image of it by now.
    Result<void> begin_collection(const GenerationKey& key);
    /// From now on none of its generations is finished. Errors: conflict when there is a blade
    /// image of it by now.
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
    Result<std::vector<api::ImageSummary>> images();
    /// What the newest generation that was made of a master was made of. Errors: not_found.
    Result<std::optional<api::ImageSource>> last_master(const model::ImageName& name);

    /// An image whose files are there, with these generations, all of them finished; one
    /// transaction. Errors: already_exists.
    Result<void> adopt_image(const api::ImageSummary& image,
                             const std::vector<model::Generation>& generations);
    /// A blade image whose file is there. Errors: already_exists, in whatever state it is known.
    Result<void> adopt_blade_image(const BladeImageRecord& record);
    /// In whatever state.
    Result<std::set<GenerationKey>> known_generations();

    /// Errors: already_exists.
    Result<void> begin_blade_image(const BladeImageRecord& record);
    /// From now on it is there.
    Result<void> finish_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);
    /// From now on it is being deleted. Errors: conflict when it is exported by now.
    Result<void> begin_deletion(const model::ComponentName& blade, const model::ImageName& image);
    /// Errors: not_found, also for one that is being made or deleted.
    Result<void> set_exported(const model::ComponentName& blade, const model::ImageName& image,
                              bool is_exported);
    Result<void> forget_blade_image(const model::ComponentName& blade,
                                    const model::ImageName& image);
    /// Errors: not_found, also for one that is being made or deleted.
    Result<BladeImageRecord> blade_image(const model::ComponentName& blade,
                                         const model::ImageName& image);
    /// In every state, by blade and image.
    Result<std::vector<BladeImageRecord>> blade_images();

private:
    Result<std::vector<GenerationKey>> generations_where(std::string_view condition);
    Database* database_;
};

}  // namespace dim::server
