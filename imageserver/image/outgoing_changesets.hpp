#pragma once

#include "imageserver/image/image_paths.hpp"
#include "imageserver/image/images.hpp"
#include "imageserver/service/progress.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace dim::server {

/// A changeset as a file, which may have no name any more.
struct OutgoingChangeset {
    sys::Fd file;
    std::uint64_t bytes = 0;
    std::string sha256;  ///< 64 hexadecimal digits
};

/// The changesets that other image servers are sent, at ImagePaths::outgoing: kept until all have
/// them, so that who was cut off is sent the rest of the same bytes. One call at a time for an
/// image, beside no other work on it.
class OutgoingChangesets {
public:
    OutgoingChangesets(Images& images, std::string state_directory)
        : images_(images), paths_(std::move(state_directory)) {}

    /// What makes generation TO of IMAGE of FROM, or of nothing. Errors: those of
    /// Images::write_changeset(); limit_exceeded.
    Result<std::shared_ptr<const OutgoingChangeset>>
    make(const model::ImageName& image, const std::optional<model::Generation>& from,
         const api::ImageGeneration& to, const Progress& progress);
    /// Nobody needs those of IMAGE any more.
    Result<void> discard(const model::ImageName& image);

private:
    Images& images_;
    ImagePaths paths_;
};

}  // namespace dim::server
