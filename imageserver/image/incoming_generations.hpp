#pragma once

#include "imageserver/image/image_paths.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace dim::server {

/// What the management node sends of generations before they are made of it: one for each image,
/// kept over restarts, so that what came once need not come again.
///
///   STATE/images/.NAME.incoming/offer      the OfferGeneration
///   STATE/images/.NAME.incoming/changeset  as far as it came
///
/// Any thread may call.
class IncomingGenerations {
public:
    explicit IncomingGenerations(std::string state_directory)
        : paths_(std::move(state_directory)) {}

    /// How much is there of the changeset that OFFER describes; what is there of another is
    /// deleted. Errors: limit_exceeded when the disk has no room for it; conflict while a
    /// generation is made of it.
    Result<std::uint64_t> begin(const api::OfferGeneration& offer);
    /// BYTES are what stands from OFFSET on in the changeset; how much is there then. Errors:
    /// not_found when nothing was offered; conflict when it ends elsewhere, or while a generation
    /// is made of it; limit_exceeded beyond its end.
    Result<std::uint64_t> add(const model::ImageName& image, std::uint64_t offset,
                              std::string_view bytes);

    using Make =
        std::function<Result<void>(const api::OfferGeneration& offer, const sys::Fd& changeset)>;
    /// Calls MAKE with what came, and deletes it when that succeeds. Errors: not_found; conflict
    /// when some is missing; invalid_input when it is not what was offered, and it is deleted then;
    /// those of MAKE.
    Result<void> take(const model::ImageName& image, const Make& make);
    /// Errors: conflict while a generation is made of it.
    Result<void> discard(const model::ImageName& image);

private:
    class Turn;
    Result<Turn> turn(const model::ImageName& image);
    std::string directory(const model::ImageName& image) const;
    std::string changeset(const model::ImageName& image) const;
    Result<api::OfferGeneration> offer(const model::ImageName& image) const;
    Result<void> check_whole(const api::OfferGeneration& offer, const sys::Fd& changeset) const;
    Result<void> remove(const model::ImageName& image) const;

    ImagePaths paths_;
    std::mutex mutex_;
    std::set<model::ImageName> busy_;  ///< somebody is at these
};

}  // namespace dim::server
