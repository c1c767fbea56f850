#include "imageserver/edit/logged_syncs.hpp"

#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"

namespace dim::server {

std::string options_text(const api::SyncImage& request) {
    std::string text;
    const auto add = [&](const std::string& option) { text += (text.empty() ? "" : " ") + option; };
    if (request.generation) add("--generation " + to_string(*request.generation));
    if (request.overwrites) add("--overwrite");
    if (request.most_removed_percent != api::SyncImage::kMostRemovedPercent)
        add("--max-delete " + std::to_string(request.most_removed_percent));
    for (const std::string& rule : request.keep_out)
        add("--keep-out '" + rule + "'");
    return printable(text, api::limits::kTextBytes);
}

Result<api::SyncReport> LoggedSyncs::run(const api::SyncImage& request, const std::string& by,
                                         const Progress& progress) {
    if (request.is_dry_run) return edits_.run(request, progress);
    DIM_TRY(const std::uint64_t number, journal_.begin({.image = request.image,
                                                        .began = blades_.now(),
                                                        .by = by,
                                                        .options = options_text(request)}));
    auto report = edits_.run(request, progress);
    // A log that cannot be written says of it that it did not end; what came of it is told.
    if (report) {
        (void)journal_.finish(number, *report, blades_.now());
    } else {
        (void)journal_.forget(number);
    }
    return report;
}

}  // namespace dim::server
