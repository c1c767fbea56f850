#pragma once

#include "libdim/api/image_messages.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the administrator's programs and the daemon say to each other about bringing blade images
/// up to date (docs/api/openapi.json).
namespace dim::api {

/// POST /v1/image-syncs: brings blade images to a generation; the answer is SyncLines.
struct SyncImage {
    model::ImageName image;
    std::optional<model::Generation> generation = {};  ///< the newest, unless one is named
    /// All that have an image of it, but for those that are pinned, unless some are named.
    std::vector<model::ComponentName> blades = {};
    bool is_dry_run = false;
    std::optional<model::ConflictPolicy> on_conflict = {};  ///< absent: the image's
    /// Rules (rsync(1), FILTER RULES) that count before those of the cluster definition and of the
    /// image.
    std::vector<std::string> keep_out = {};
    /// So much of what a blade image was made with may go, in percent; more is refused.
    std::uint32_t most_removed_percent = kMostRemovedPercent;

    static constexpr std::uint32_t kMostRemovedPercent = 10;
    bool operator==(const SyncImage&) const = default;
};

/// A path of a blade image, as the blade sees it ("/etc/motd"), and why it stays as it is there.
struct KeptPath {
    std::string path;
    std::string reason;

    bool operator==(const KeptPath&) const = default;
};

/// What became, or would become, of blade images that all came out the same.
struct SyncOutcome {
    std::vector<model::ComponentName> blades;
    /// "synced"; "current": it was of that generation already; "pinned": to another, so it stays;
    /// "waiting": synced, but its blade has not yet said that it has the new shared root; "failed";
    /// "left": something else moved it since the sync that is taken back.
    std::string state;
    std::optional<model::Generation> from = {};
    std::optional<model::Generation> to = {};  ///< when that is not the report's
    std::uint64_t created = 0;                 ///< paths
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
    std::uint64_t conflict_count = 0;
    std::vector<KeptPath> conflicts = {};  ///< the first of them: changed on both sides
    std::uint64_t kept_out_count = 0;
    std::vector<KeptPath> kept_out = {};           ///< the first of them: a rule says so
    std::vector<std::string> merged = {};          ///< the first files that are merged
    std::vector<TreeDifference> differences = {};  ///< the first of them; of a dry run only
    std::optional<Problem> problem = {};

    bool operator==(const SyncOutcome&) const = default;
};

struct SyncReport {
    model::ImageName image;
    model::Generation generation;  ///< or the one that is taken back
    bool is_dry_run = false;
    std::vector<SyncOutcome> outcomes;

    bool operator==(const SyncReport&) const = default;
};

/// One line of the answer (application/x-ndjson): progress lines, then one with "report" or
/// "problem".
struct SyncLine {
    std::optional<std::string> progress = {};
    std::optional<std::uint64_t> step = {};  ///< of STEPS
    std::optional<std::uint64_t> steps = {};
    std::optional<SyncReport> report = {};
    std::optional<Problem> problem = {};

    bool operator==(const SyncLine&) const = default;
};

/// POST /v1/sync-log; the answer is a SyncLog.
struct SyncLogQuery {
    std::optional<model::ImageName> image = {};      ///< syncs of it alone
    std::optional<model::ComponentName> blade = {};  ///< of it alone, with its own outcomes
    std::uint32_t most = limits::kLoggedSyncs;       ///< the newest

    bool operator==(const SyncLogQuery&) const = default;
};

/// A sync that was begun; its counts are of its end.
struct LoggedSync {
    std::uint64_t number;
    model::ImageName image;
    std::vector<model::Generation> from = {};          ///< those that moved blade images were of
    std::optional<model::Generation> generation = {};  ///< that they were brought to
    model::Timestamp began;
    std::optional<model::Timestamp> ended = {};  ///< absent: it runs, or the daemon was killed
    std::string by;                              ///< who had it run: "root", "uid 1000"
    std::string options;                         ///< as they would be typed: "--overwrite"
    std::uint64_t blades = 0;
    std::uint64_t moved = 0;   ///< of them, to that generation
    std::uint64_t failed = 0;  ///< of them
    std::uint64_t changed_paths = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t kept_out = 0;
    std::optional<std::uint64_t> undoes = {};     ///< the sync that it takes back
    std::optional<std::uint64_t> undone_by = {};  ///< the one that took it back, wholly
    std::optional<SyncOutcome> outcome = {};      ///< of the blade that was asked for
    /// True: its image was removed since; one of that name is another.
    std::optional<bool> is_of_removed = {};

    /// Whether it can be taken back, if it is the last of its image that can.
    bool is_to_undo() const {
        return ended && moved != 0 && !undoes && !undone_by && !is_of_removed.value_or(false);
    }
    bool operator==(const LoggedSync&) const = default;
};

/// POST /v1/image-sync-undos: each blade of a sync goes back to the generation that it was of
/// before; the answer is SyncLines.
struct UndoSync {
    model::ImageName image;
    std::uint64_t sync;  ///< the last one of the image that can be taken back
    bool is_dry_run = false;

    bool operator==(const UndoSync&) const = default;
};

struct SyncLog {
    std::vector<LoggedSync> syncs;  ///< the newest first

    bool operator==(const SyncLog&) const = default;
};

/// POST /v1/sync-conflicts; the answer is a SyncConflictList.
struct SyncConflictQuery {
    std::optional<model::ImageName> image = {};
    std::vector<model::ComponentName> blades = {};  ///< those alone, if any
    std::vector<std::string> paths = {};            ///< those and what is below, if any
    bool looks = false;   ///< what there is at the first paths is told, too
    bool counts = false;  ///< how many each blade image has is told, and no paths

    bool operator==(const SyncConflictQuery&) const = default;
};

/// What there is at a path: "file 0644 0:0 120 bytes, 5891b5b5", "nothing".
struct SyncConflictSides {
    std::string older;
    std::string newer;
    std::string blade;

    bool operator==(const SyncConflictSides&) const = default;
};

/// A path that stays as its blade has it until somebody decides, or both have the same.
struct SyncConflict {
    model::ComponentName blade;
    model::ImageName image;
    std::string path;  ///< "/etc/motd"
    std::string reason;
    model::Generation older;  ///< that the blade changed
    model::Generation newer;  ///< whose change was left out
    model::Timestamp since;
    std::optional<SyncConflictSides> sides = {};

    bool operator==(const SyncConflict&) const = default;
};

/// How many a blade image has.
struct SyncConflictCount {
    model::ComponentName blade;
    model::ImageName image;
    std::uint64_t conflicts;

    bool operator==(const SyncConflictCount&) const = default;
};

struct SyncConflictList {
    std::uint64_t total = 0;
    std::vector<SyncConflict> conflicts = {};    ///< the first of them
    std::vector<SyncConflictCount> counts = {};  ///< when they were asked for

    bool operator==(const SyncConflictList&) const = default;
};

/// POST /v1/sync-conflict-resolutions: decides for a side; a long request (JobLine).
struct ResolveConflicts {
    static constexpr std::string_view kBlade = "blade";
    static constexpr std::string_view kGeneration = "generation";

    model::ImageName image;
    std::vector<model::ComponentName> blades;
    std::vector<std::string> paths;  ///< those and what is below: "/etc/motd"
    std::string take;                ///< kBlade: it stays so; kGeneration

    bool operator==(const ResolveConflicts&) const = default;
};

/// Errors: invalid_input.
Result<void> check_sync(const SyncImage& request);
Result<void> check_resolution(const ResolveConflicts& request);

}  // namespace dim::api
