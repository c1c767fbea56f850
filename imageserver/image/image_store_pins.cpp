#include "imageserver/image/image_store_state.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

Result<void> ImageStore::pin_blades(const ImageName& image, Generation generation,
                                    std::span<const ComponentName> blades) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_CHECK(state_->catalog.image(image));
    return state_->catalog.pins().pin(image, generation, blades);
}

Result<std::uint64_t> ImageStore::unpin_blades(const ImageName& image,
                                               std::span<const ComponentName> blades) {
    DIM_CHECK(state_->undo_unfinished_of(image));
    DIM_CHECK(state_->catalog.image(image));
    return state_->catalog.pins().unpin(image, blades);
}

}  // namespace dim::server
