#include "libdim/api/sync_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/problem_codec.hpp"
#include "libdim/api/tree_codec.hpp"

namespace dim::api {

template <>
struct Members<SyncImage> {
    static constexpr auto kAll = std::tuple{
        member("image", &SyncImage::image),
        member("generation", &SyncImage::generation),
        member("blades", &SyncImage::blades),
        member("dry_run", &SyncImage::is_dry_run),
        member("on_conflict", &SyncImage::on_conflict),
        member("keep_out", &SyncImage::keep_out, limits::kKeepOutRules),
        member("most_removed_percent", &SyncImage::most_removed_percent),
    };
};

template <>
struct Members<KeptPath> {
    static constexpr auto kAll = std::tuple{
        member("path", &KeptPath::path, limits::kTreePathBytes),
        member("reason", &KeptPath::reason, limits::kTreePathBytes),
    };
};

template <>
struct Members<SyncOutcome> {
    static constexpr auto kAll = std::tuple{
        member("blades", &SyncOutcome::blades),
        member("state", &SyncOutcome::state),
        member("from", &SyncOutcome::from),
        member("to", &SyncOutcome::to),
        member("created", &SyncOutcome::created),
        member("changed", &SyncOutcome::changed),
        member("removed", &SyncOutcome::removed),
        member("conflict_count", &SyncOutcome::conflict_count),
        member("conflicts", &SyncOutcome::conflicts, limits::kSyncNotes),
        member("kept_out_count", &SyncOutcome::kept_out_count),
        member("kept_out", &SyncOutcome::kept_out, limits::kSyncNotes),
        member("merged", &SyncOutcome::merged, limits::kSyncNotes),
        member("differences", &SyncOutcome::differences, limits::kTreeDifferences),
        member("problem", &SyncOutcome::problem),
    };
};

template <>
struct Members<SyncReport> {
    static constexpr auto kAll = std::tuple{
        member("image", &SyncReport::image),
        member("generation", &SyncReport::generation),
        member("dry_run", &SyncReport::is_dry_run),
        member("outcomes", &SyncReport::outcomes),
    };
};

template <>
struct Members<SyncLine> {
    static constexpr auto kAll = std::tuple{
        member("progress", &SyncLine::progress), member("step", &SyncLine::step),
        member("steps", &SyncLine::steps),       member("report", &SyncLine::report),
        member("problem", &SyncLine::problem),
    };
};

template <>
struct Members<SyncLogQuery> {
    static constexpr auto kAll = std::tuple{
        member("image", &SyncLogQuery::image),
        member("blade", &SyncLogQuery::blade),
        member("most", &SyncLogQuery::most),
    };
};

template <>
struct Members<LoggedSync> {
    static constexpr auto kAll = std::tuple{
        member("number", &LoggedSync::number),
        member("image", &LoggedSync::image),
        member("from", &LoggedSync::from),
        member("generation", &LoggedSync::generation),
        member("began", &LoggedSync::began),
        member("ended", &LoggedSync::ended),
        member("by", &LoggedSync::by),
        member("options", &LoggedSync::options),
        member("blades", &LoggedSync::blades),
        member("moved", &LoggedSync::moved),
        member("failed", &LoggedSync::failed),
        member("changed_paths", &LoggedSync::changed_paths),
        member("conflicts", &LoggedSync::conflicts),
        member("kept_out", &LoggedSync::kept_out),
        member("undoes", &LoggedSync::undoes),
        member("undone_by", &LoggedSync::undone_by),
        member("outcome", &LoggedSync::outcome),
        member("of_removed", &LoggedSync::is_of_removed),
    };
};

template <>
struct Members<UndoSync> {
    static constexpr auto kAll = std::tuple{
        member("image", &UndoSync::image),
        member("sync", &UndoSync::sync),
        member("dry_run", &UndoSync::is_dry_run),
    };
};

template <>
struct Members<SyncLog> {
    static constexpr auto kAll = std::tuple{
        member("syncs", &SyncLog::syncs, limits::kLoggedSyncs),
    };
};

template <>
struct Members<SyncConflictQuery> {
    static constexpr auto kAll = std::tuple{
        member("image", &SyncConflictQuery::image),
        member("blades", &SyncConflictQuery::blades),
        member("paths", &SyncConflictQuery::paths, limits::kSyncNotes),
        member("looks", &SyncConflictQuery::looks),
        member("counts", &SyncConflictQuery::counts),
    };
};

template <>
struct Members<SyncConflictSides> {
    static constexpr auto kAll = std::tuple{
        member("older", &SyncConflictSides::older, limits::kTreePathBytes),
        member("newer", &SyncConflictSides::newer, limits::kTreePathBytes),
        member("blade", &SyncConflictSides::blade, limits::kTreePathBytes),
    };
};

template <>
struct Members<SyncConflict> {
    static constexpr auto kAll = std::tuple{
        member("blade", &SyncConflict::blade),
        member("image", &SyncConflict::image),
        member("path", &SyncConflict::path, limits::kTreePathBytes),
        member("reason", &SyncConflict::reason),
        member("older", &SyncConflict::older),
        member("newer", &SyncConflict::newer),
        member("since", &SyncConflict::since),
        member("sides", &SyncConflict::sides),
    };
};

template <>
struct Members<SyncConflictCount> {
    static constexpr auto kAll = std::tuple{
        member("blade", &SyncConflictCount::blade),
        member("image", &SyncConflictCount::image),
        member("conflicts", &SyncConflictCount::conflicts),
    };
};

template <>
struct Members<SyncConflictList> {
    static constexpr auto kAll = std::tuple{
        member("total", &SyncConflictList::total),
        member("conflicts", &SyncConflictList::conflicts),
        member("counts", &SyncConflictList::counts),
    };
};

template <>
struct Members<ResolveConflicts> {
    static constexpr auto kAll = std::tuple{
        member("image", &ResolveConflicts::image),
        member("blades", &ResolveConflicts::blades),
        member("paths", &ResolveConflicts::paths, limits::kSyncNotes),
        member("take", &ResolveConflicts::take),
    };
};

DIM_API_MESSAGE(SyncConflictSides, limits::kReplyBytes)
DIM_API_MESSAGE(SyncConflict, limits::kReplyBytes)
DIM_API_MESSAGE(SyncConflictCount, limits::kMessageBytes)
DIM_API_MESSAGE(SyncConflictQuery, limits::kMessageBytes)
DIM_API_MESSAGE(SyncConflictList, limits::kReplyBytes)
DIM_API_MESSAGE(ResolveConflicts, limits::kMessageBytes)
DIM_API_MESSAGE(SyncImage, limits::kReplyBytes)
DIM_API_MESSAGE(SyncOutcome, limits::kReplyBytes)
DIM_API_MESSAGE(SyncReport, limits::kReplyBytes)
DIM_API_MESSAGE(SyncLine, limits::kReplyBytes)
DIM_API_MESSAGE(UndoSync, limits::kMessageBytes)
DIM_API_MESSAGE(SyncLogQuery, limits::kMessageBytes)
DIM_API_MESSAGE(LoggedSync, limits::kReplyBytes)
DIM_API_MESSAGE(SyncLog, limits::kReplyBytes)

Result<void> check_sync(const SyncImage& request) {
    constexpr std::uint32_t kAll = 100;
    if (request.most_removed_percent > kAll)
        return fail(ErrorCode::invalid_input, "more than 100 percent cannot be removed");
    return {};
}

Result<void> check_resolution(const ResolveConflicts& request) {
    if (request.take != ResolveConflicts::kBlade && request.take != ResolveConflicts::kGeneration)
        return fail(Error(ErrorCode::invalid_input, "it is not said which side is taken")
                        .with_cure("the blade's or the generation's"));
    if (request.paths.empty()) return fail(ErrorCode::invalid_input, "there is no path");
    for (const std::string& path : request.paths)
        if (!path.starts_with('/'))
            return fail(Error(ErrorCode::invalid_input,
                              "'" + printable(path, limits::kTextBytes) + "' is no path")
                            .with_cure("write it as blades see it: /etc/motd"));
    return {};
}

}  // namespace dim::api
