#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>

namespace dim::server {

extern const Migration kImagePinMigration;

/// Which generation of an image the image of a blade is to be, now and whenever it is made anew:
/// the table image_pin. A blade image of a pinned blade is of that generation.
class ImagePins {
public:
    explicit ImagePins(Database& database) : database_(&database) {}

    /// All of BLADES or none; of one that is pinned already it is the generation from now on.
    /// Errors: not_found for what is no generation, or goes; conflict when blades have an image of
    /// another one, naming them.
    Result<void> pin(const model::ImageName& image, model::Generation generation,
                     std::span<const model::ComponentName> blades);
    /// How many of them were pinned.
    Result<std::uint64_t> unpin(const model::ImageName& image,
                                std::span<const model::ComponentName> blades);
    Result<std::optional<model::Generation>> generation_of(const model::ComponentName& blade,
                                                           const model::ImageName& image);
    /// How many blades are pinned to each generation; those without any are left out.
    Result<std::map<model::Generation, std::uint32_t>> counts(const model::ImageName& image);

private:
    Database* database_;
};

}  // namespace dim::server
