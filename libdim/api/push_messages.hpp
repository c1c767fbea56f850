#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What image servers, and administrators about them, say to each other about bringing generations
/// of images from one to the others (docs/api/openapi.json).
namespace dim::api {

/// POST /v1/incoming-generations: the changeset that makes a generation of an image comes next, in
/// pieces: PUT /v1/incoming-generations/{image}/{offset}, application/octet-stream, each of at most
/// kPieceBytes. POST /v1/incoming-generations/{image} then makes the generation of it.
struct OfferGeneration {
    ImageSummary image;  ///< in that generation
    std::string label;
    std::string source;                 ///< what it was made of, and where, for a person
    std::uint64_t changeset_bytes = 0;  ///< docs/changeset.md
    std::string changeset_sha256;       ///< 64 hexadecimal digits

    static constexpr std::uint64_t kPieceBytes = std::uint64_t{2} << 20;
    bool operator==(const OfferGeneration&) const = default;
};

/// The answer to that, and to each piece.
struct IncomingGeneration {
    std::uint64_t received_bytes = 0;  ///< of the changeset, from its beginning

    bool operator==(const IncomingGeneration&) const = default;
};

/// POST /v1/server-syncs: brings a generation of an image to members; the answer is
/// ServerSyncLines.
struct SyncServers {
    model::ImageName image;
    std::optional<model::Generation> generation = {};  ///< the newest, unless one is named
    /// Those that have the image, unless some are named.
    std::vector<model::ComponentName> servers = {};
    bool is_dry_run = false;

    bool operator==(const SyncServers&) const = default;
};

/// What became of one server, or would become.
struct ServerSyncOutcome {
    model::ComponentName server;
    /// "synced"; "current": it had that generation already; "absent": it does not have the image,
    /// and was not named; "failed".
    std::string state;
    std::optional<model::Generation> from = {};  ///< none: it did not have the image
    std::uint64_t bytes = 0;  ///< of the changeset; those that were there already are not sent
    std::optional<Problem> problem = {};

    bool operator==(const ServerSyncOutcome&) const = default;
};

struct ServerSyncReport {
    model::ImageName image;
    model::Generation generation;
    bool is_dry_run = false;
    std::vector<ServerSyncOutcome> outcomes;

    bool operator==(const ServerSyncReport&) const = default;
};

/// One line of the answer (application/x-ndjson): progress lines, then one with "report" or
/// "problem".
struct ServerSyncLine {
    std::optional<std::string> progress = {};
    std::optional<std::uint64_t> step = {};  ///< of STEPS
    std::optional<std::uint64_t> steps = {};
    std::optional<ServerSyncReport> report = {};
    std::optional<Problem> problem = {};

    bool operator==(const ServerSyncLine&) const = default;
};

/// What can be said of an offer without the changeset. Errors: invalid_input, limit_exceeded.
Result<void> check_offer(const OfferGeneration& offer);

}  // namespace dim::api
