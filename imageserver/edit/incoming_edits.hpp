#pragma once

#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/edit/edit.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/image/incoming_generations.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// What the management node brings to this server: see api::OfferGeneration.
class IncomingEdits {
public:
    /// The references outlive this.
    IncomingEdits(Images& images, BootFiles& boot_files, std::string state_directory)
        : images_(images), boot_files_(boot_files), incoming_(std::move(state_directory)) {}

    /// Errors: those of IncomingGenerations, and of check_offer(); conflict when the image cannot
    /// have that generation next.
    Result<api::IncomingGeneration> begin(const api::OfferGeneration& offer);
    /// Errors: those of IncomingGenerations; limit_exceeded for more than a piece.
    Result<api::IncomingGeneration> add(const model::ImageName& image, std::uint64_t offset,
                                        std::string_view bytes);
    /// Beside no other work on the image. Errors: those of IncomingGenerations and
    /// Images::receive_generation().
    Result<Edit> make(const model::ImageName& image, const Progress& progress);

private:
    Images& images_;
    BootFiles& boot_files_;
    IncomingGenerations incoming_;
};

}  // namespace dim::server
