#include "imageserver/edit/conflict_edits.hpp"

#include "imageserver/image/image_inspection.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <set>

namespace dim::server {

using model::ComponentName;

namespace {

constexpr std::size_t kSideBytes = 1000;

/// As its blade sees it.
/// A blade makes the targets of its links as long as it likes.
std::string told_side(const std::string& side) { return printable(side, kSideBytes); }

std::string told_path(const OpenConflict& conflict) { return "/" + path_text(conflict.path); }

/// Whether it is at one of PATHS, or below one.
bool is_at(const OpenConflict& conflict, const std::vector<std::string>& paths) {
    const std::string told = told_path(conflict);
    return std::ranges::any_of(paths, [&](std::string_view path) {
        while (path.ends_with('/'))
            path.remove_suffix(1);
        return told == path || (told.starts_with(path) && told[path.size()] == '/');
    });
}

std::string conflicts_text(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " conflict" : " conflicts");
}

Error still_in_the_way(const ComponentName& blade, const changeset::KeptPath& kept) {
    return Error(ErrorCode::conflict, to_string(blade) + ": /" + path_text(kept.path) + " stays: " +
                                          printable(kept.reason, api::limits::kTextBytes))
        .with_cure("see 'dim blade explain " + to_string(blade) + " /" + path_text(kept.path) +
                   "'");
}

/// What makes the answer too long is left out; it counts.
void cut_to_reply(api::SyncConflictList& list) {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < list.conflicts.size(); ++i) {
        bytes += to_json(list.conflicts[i]).size() + 1;
        if (bytes <= api::limits::kSyncReportBytes) continue;
        list.conflicts.erase(list.conflicts.begin() + static_cast<std::ptrdiff_t>(i),
                             list.conflicts.end());
        return;
    }
}

}  // namespace

Result<void> ConflictEdits::add(const model::ImageName& image, const api::SyncConflictQuery& query,
                                api::SyncConflictList& list) {
    const std::set<ComponentName> wanted(query.blades.begin(), query.blades.end());
    DIM_CHECK(images_.image(image));
    const ConflictSearch search{
        .is_wanted =
            [&](const OpenConflict& conflict) {
                return (wanted.empty() || wanted.contains(conflict.blade)) &&
                       (query.paths.empty() || is_at(conflict, query.paths));
            },
        .most = api::limits::kListItems - list.conflicts.size()};
    DIM_TRY(const auto open, images_.open_conflicts(image, search));
    list.total += open.total;
    const std::span<const OpenConflict> told(open.conflicts);
    std::vector<ConflictSides> sides;
    if (query.looks) {
        const std::size_t before = std::min(list.conflicts.size(), api::limits::kSyncNotes);
        DIM_TRY(sides,
                images_.conflict_sides(
                    image, told.first(std::min(told.size(), api::limits::kSyncNotes - before))));
    }
    for (std::size_t i = 0; i < told.size(); ++i) {
        list.conflicts.push_back({.blade = told[i].blade,
                                  .image = image,
                                  .path = told_path(told[i]),
                                  .reason = printable(told[i].reason, api::limits::kTextBytes),
                                  .older = told[i].older,
                                  .newer = told[i].newer,
                                  .since = told[i].since});
        if (i < sides.size())
            list.conflicts.back().sides = {told_side(sides[i].older), told_side(sides[i].newer),
                                           told_side(sides[i].blade)};
    }
    return {};
}

/// What blades they are of, and where, is not asked.
Result<void> ConflictEdits::count(const model::ImageName& image, api::SyncConflictList& list) {
    DIM_CHECK(images_.image(image));
    DIM_TRY(const auto counts, images_.count_conflicts(image));
    for (const ConflictCount& of_blade : counts) {
        list.total += of_blade.conflicts;
        if (list.counts.size() < api::limits::kListItems)
            list.counts.push_back({of_blade.blade, image, of_blade.conflicts});
    }
    return {};
}

Result<api::SyncConflictList> ConflictEdits::list(const api::SyncConflictQuery& query) {
    api::SyncConflictList list;
    const auto add_image = [&](const model::ImageName& image) {
        return query.counts ? count(image, list) : add(image, query, list);
    };
    if (query.image) {
        DIM_CHECK(add_image(*query.image));
        cut_to_reply(list);
        return list;
    }
    DIM_TRY(const auto images, images_.images());
    for (const api::ImageSummary& image : images)
        DIM_CHECK(add_image(image.name));
    cut_to_reply(list);
    return list;
}

Result<std::vector<std::string>> ConflictEdits::choose(const api::ResolveConflicts& request,
                                                       const ComponentName& blade) {
    const ConflictSearch search{.blade = blade, .is_wanted = [&](const OpenConflict& conflict) {
                                    return is_at(conflict, request.paths);
                                }};
    DIM_TRY(const auto open, images_.open_conflicts(request.image, search));
    std::vector<std::string> paths;
    for (const OpenConflict& conflict : open.conflicts)
        paths.push_back(conflict.path);
    return paths;
}

Result<void> ConflictEdits::take_generation(const ComponentName& blade,
                                            const model::ImageName& image,
                                            const std::vector<std::string>& paths,
                                            std::size_t& resolved) {
    DIM_TRY(const auto overridden, overrides_.written(blade, image));
    const BladeMove move{
        .blade = blade,
        .kept_out = [&](const std::string& path, bool) -> std::optional<std::string> {
            const auto found = overridden.find(path);
            if (found == overridden.end()) return std::nullopt;
            return "override " + found->second.rule + " writes it";
        },
        .on_conflict = model::ConflictPolicy::overwrite};
    DIM_TRY(const MovedBladeImage moved, images_.take_generation(move, image, paths));
    std::set<std::string> staying;
    for (const auto* kept : {&moved.conflicts, &moved.kept_out})
        for (const changeset::KeptPath& path : *kept)
            staying.insert(path.path);
    const auto taken = static_cast<std::size_t>(std::ranges::count_if(
        paths, [&](const std::string& path) { return !staying.contains(path); }));
    resolved += taken;
    if (taken != 0)
        DIM_CHECK(blades_.tell({&blade, 1}, conflicts_text(taken) + " of image " +
                                                to_string(image) + " became its generation's"));
    for (const auto* kept : {&moved.conflicts, &moved.kept_out})
        if (!kept->empty()) return fail(still_in_the_way(blade, kept->front()));
    return {};
}

Result<Edit> ConflictEdits::resolve(const api::ResolveConflicts& request,
                                    const Progress& progress) {
    DIM_CHECK(api::check_resolution(request));
    DIM_CHECK(blades_.require(request.blades));
    std::size_t resolved = 0;
    std::size_t blades = 0;
    std::size_t looked_at = 0;
    std::optional<Error> first;
    for (const ComponentName& blade : std::set(request.blades.begin(), request.blades.end())) {
        progress(to_string(blade), looked_at++, request.blades.size());
        DIM_TRY(const auto paths, choose(request, blade));
        if (paths.empty()) continue;
        ++blades;
        if (request.take == api::ResolveConflicts::kBlade) {
            DIM_CHECK(images_.close_conflicts(blade, request.image, paths));
            resolved += paths.size();
            continue;
        }
        auto taken = take_generation(blade, request.image, paths, resolved);
        if (!taken && !first) first = std::move(taken).error().with_context(to_string(blade));
    }
    if (blades == 0)
        return fail(Error(ErrorCode::not_found, "there is no open conflict at these paths")
                        .with_cure("see 'dim sync conflicts " + to_string(request.image) + "'"));
    if (first)
        return fail(
            std::move(*first).with_context(conflicts_text(resolved) + " resolved, but not all"));
    return Edit{.done = conflicts_text(resolved) + " of " + std::to_string(blades) +
                        (blades == 1 ? " blade" : " blades") + " resolved: as the " + request.take +
                        " has it"};
}

}  // namespace dim::server
