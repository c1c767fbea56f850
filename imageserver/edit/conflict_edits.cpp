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

}  // namespace

Result<void> ConflictEdits::add(const model::ImageName& image, const api::SyncConflictQuery& query,
                                api::SyncConflictList& list) {
    const std::set<ComponentName> wanted(query.blades.begin(), query.blades.end());
    DIM_CHECK(images_.image(image));
    DIM_TRY(auto open, images_.open_conflicts(image));
    std::erase_if(open, [&](const OpenConflict& conflict) {
        return (!wanted.empty() && !wanted.contains(conflict.blade)) ||
               (!query.paths.empty() && !is_at(conflict, query.paths));
    });
    list.total += open.size();
    const std::span<const OpenConflict> told(
        open.data(), std::min(open.size(), api::limits::kListItems - list.conflicts.size()));
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

Result<api::SyncConflictList> ConflictEdits::list(const api::SyncConflictQuery& query) {
    api::SyncConflictList list;
    if (query.image) {
        DIM_CHECK(add(*query.image, query, list));
        return list;
    }
    DIM_TRY(const auto images, images_.images());
    for (const api::ImageSummary& image : images)
        DIM_CHECK(add(image.name, query, list));
    return list;
}

Result<ConflictEdits::Chosen> ConflictEdits::choose(const api::ResolveConflicts& request) {
    DIM_CHECK(api::check_resolution(request));
    DIM_CHECK(blades_.require(request.blades));
    DIM_TRY(const auto open, images_.open_conflicts(request.image));
    Chosen chosen;
    for (const OpenConflict& conflict : open)
        if (std::ranges::find(request.blades, conflict.blade) != request.blades.end() &&
            is_at(conflict, request.paths))
            chosen[conflict.blade].push_back(conflict.path);
    if (!chosen.empty()) return chosen;
    return fail(Error(ErrorCode::not_found, "there is no open conflict at these paths")
                    .with_cure("see 'dim sync conflicts " + to_string(request.image) + "'"));
}

Result<std::size_t> ConflictEdits::take_generation(const ComponentName& blade,
                                                   const model::ImageName& image,
                                                   const std::vector<std::string>& paths) {
    DIM_TRY(const auto overridden, overrides_.written(blade, image));
    const BladeMove move{
        .blade = blade,
        .kept_out = [&](const std::string& path, bool) -> std::optional<std::string> {
            const auto found = overridden.find(path);
            if (found == overridden.end()) return std::nullopt;
            return "override " + found->second.rule + " writes it";
        },
        .overwrites = true};
    DIM_TRY(const MovedBladeImage moved, images_.take_generation(move, image, paths));
    for (const auto* kept : {&moved.conflicts, &moved.kept_out})
        if (!kept->empty()) return fail(still_in_the_way(blade, kept->front()));
    DIM_CHECK(blades_.tell({&blade, 1}, conflicts_text(paths.size()) + " of image " +
                                            to_string(image) + " became its generation's"));
    return paths.size();
}

Result<Edit> ConflictEdits::resolve(const api::ResolveConflicts& request,
                                    const Progress& progress) {
    DIM_TRY(const Chosen chosen, choose(request));
    std::size_t resolved = 0;
    std::size_t blades = 0;
    std::optional<Error> first;
    for (const auto& [blade, paths] : chosen) {
        progress(to_string(blade), blades++, chosen.size());
        if (request.take == api::ResolveConflicts::kBlade) {
            DIM_CHECK(images_.close_conflicts(blade, request.image, paths));
            resolved += paths.size();
            continue;
        }
        auto taken = take_generation(blade, request.image, paths);
        if (taken)
            resolved += *taken;
        else if (!first)
            first = std::move(taken).error().with_context(to_string(blade));
    }
    if (first)
        return fail(
            std::move(*first).with_context(conflicts_text(resolved) + " resolved, but not all"));
    return Edit{.done = conflicts_text(resolved) + " of " + std::to_string(blades) +
                        (blades == 1 ? " blade" : " blades") + " resolved: as the " + request.take +
                        " has it"};
}

}  // namespace dim::server
