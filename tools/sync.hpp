#pragma once

#include "libdim/api/sync_messages.hpp"
#include "tools/command.hpp"
#include "tools/output/fold_names.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace dim::tool {

/// The options of the commands that bring blade images up to date.
struct SyncArguments {
    std::string image;
    std::vector<std::string> ranges;
    std::string generation;
    std::vector<std::string> keep_out;
    std::uint32_t most_removed_percent = api::SyncImage::kMostRemovedPercent;
    bool is_dry_run = false;
    bool overwrites = false;
    std::string on_conflict;

    /// But for the image and the ranges.
    void add_options(CLI::App& app);
    /// Failures: usage; and those of BladeSelection::resolve.
    Outcome<api::SyncImage> request(const Context& context) const;
};

/// Names as ranges, where the definition is to be had.
FoldNames fold_with(const Context& context);
/// What came of it, on each server that has some of the blades; nobody is asked.
Outcome<api::SyncReport> run_sync(const Context& context, const api::SyncImage& request);
void print_sync(const Context& context, const api::SyncReport& report);
/// Failures: that of the first blade that is not up to date.
Outcome<> check_synced(const api::SyncReport& report);

}  // namespace dim::tool
