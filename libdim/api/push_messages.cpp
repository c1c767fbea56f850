#include "libdim/api/push_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/image_codec.hpp"
#include "libdim/api/image_request.hpp"
#include "libdim/api/problem_codec.hpp"
#include "libdim/base/text.hpp"

namespace dim::api {

namespace {

constexpr std::size_t kSha256Digits = 64;
/// More than any file system here holds.
constexpr std::uint64_t kLargestChangeset = std::uint64_t{16} << 40;
constexpr std::size_t kSourceBytes = 8192;

bool is_digest(const std::string& text) {
    return text.size() == kSha256Digits &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

template <>
struct Members<OfferGeneration> {
    static constexpr auto kAll = std::tuple{
        member("image", &OfferGeneration::image),
        member("label", &OfferGeneration::label),
        member("source", &OfferGeneration::source, kSourceBytes),
        member("changeset_bytes", &OfferGeneration::changeset_bytes),
        member("changeset_sha256", &OfferGeneration::changeset_sha256),
    };
};
template <>
struct Members<IncomingGeneration> {
    static constexpr auto kAll =
        std::tuple{member("received_bytes", &IncomingGeneration::received_bytes)};
};
template <>
struct Members<SyncServers> {
    static constexpr auto kAll = std::tuple{
        member("image", &SyncServers::image),
        member("generation", &SyncServers::generation),
        member("servers", &SyncServers::servers, limits::kComponents),
        member("dry_run", &SyncServers::is_dry_run),
    };
};
template <>
struct Members<ServerSyncOutcome> {
    static constexpr auto kAll = std::tuple{
        member("server", &ServerSyncOutcome::server),   member("state", &ServerSyncOutcome::state),
        member("from", &ServerSyncOutcome::from),       member("bytes", &ServerSyncOutcome::bytes),
        member("problem", &ServerSyncOutcome::problem),
    };
};
template <>
struct Members<ServerSyncReport> {
    static constexpr auto kAll = std::tuple{
        member("image", &ServerSyncReport::image),
        member("generation", &ServerSyncReport::generation),
        member("dry_run", &ServerSyncReport::is_dry_run),
        member("outcomes", &ServerSyncReport::outcomes, limits::kComponents),
    };
};
template <>
struct Members<ServerSyncLine> {
    static constexpr auto kAll = std::tuple{
        member("progress", &ServerSyncLine::progress), member("step", &ServerSyncLine::step),
        member("steps", &ServerSyncLine::steps),       member("report", &ServerSyncLine::report),
        member("problem", &ServerSyncLine::problem),
    };
};

DIM_API_MESSAGE(OfferGeneration, limits::kMessageBytes)
DIM_API_MESSAGE(IncomingGeneration, limits::kMessageBytes)
DIM_API_MESSAGE(SyncServers, limits::kNamesBytes)
DIM_API_MESSAGE(ServerSyncOutcome, limits::kMessageBytes)
DIM_API_MESSAGE(ServerSyncReport, limits::kReplyBytes)
DIM_API_MESSAGE(ServerSyncLine, limits::kReplyBytes)

Result<void> check_offer(const OfferGeneration& offer) {
    const ImageSummary& image = offer.image;
    DIM_CHECK(check_label(offer.label));
    if (printable(offer.source, offer.source.size()) != offer.source)
        return fail(ErrorCode::invalid_input, "the source is not fit to print");
    DIM_CHECK(check_init_path(image.init));
    DIM_CHECK(check_shared(image.shared));
    DIM_CHECK(check_blade_image_size(image.blade_image_bytes));
    DIM_CHECK(check_settings({.name = image.name,
                              .init = image.init,
                              .nfs_version = image.nfs.version,
                              .nfs_actimeo_seconds = image.nfs.actimeo_seconds,
                              .nfs_nconnect = image.nfs.nconnect}));
    if (!is_digest(offer.changeset_sha256))
        return fail(ErrorCode::invalid_input, "the changeset's digest is none");
    if (offer.changeset_bytes == 0 || offer.changeset_bytes > kLargestChangeset)
        return fail(ErrorCode::limit_exceeded, "no changeset is that large");
    return {};
}

}  // namespace dim::api
