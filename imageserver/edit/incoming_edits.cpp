#include "imageserver/edit/incoming_edits.hpp"

#include "imageserver/edit/renewed_boot_file.hpp"

namespace dim::server {

using model::ImageName;

Result<api::IncomingGeneration> IncomingEdits::begin(const api::OfferGeneration& offer) {
    const auto known = images_.image(offer.image.name);
    if (known && known->generation >= offer.image.generation)
        return fail(Error(ErrorCode::conflict, "image " + to_string(offer.image.name) +
                                                   " has generation " +
                                                   to_string(known->generation) + " here")
                        .with_cure("only a greater one can follow it"));
    DIM_TRY(const std::uint64_t received, incoming_.begin(offer));
    return api::IncomingGeneration{received};
}

Result<api::IncomingGeneration> IncomingEdits::add(const ImageName& image, std::uint64_t offset,
                                                   std::string_view bytes) {
    if (bytes.size() > api::OfferGeneration::kPieceBytes)
        return fail(ErrorCode::limit_exceeded, "that is more than a piece");
    DIM_TRY(const std::uint64_t received, incoming_.add(image, offset, bytes));
    return api::IncomingGeneration{received};
}

Result<Edit> IncomingEdits::make(const ImageName& image, const Progress& progress) {
    Edit edit;
    DIM_CHECK(incoming_.take(
        image, [&](const api::OfferGeneration& offer, const sys::Fd& changeset) -> Result<void> {
            DIM_CHECK(images_.receive_generation(offer, changeset, progress));
            edit = {.done = "image " + to_string(image) + " has generation " +
                            to_string(offer.image.generation) + " of " + offer.source,
                    .needs = {.exports = true}};
            return {};
        }));
    renew_boot_file(boot_files_, image, edit, progress);
    progress("offering the shared root", 0, 0);
    return edit;
}

}  // namespace dim::server
