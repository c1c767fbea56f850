#include "imageserver/edit/sync_outcomes.hpp"

#include "imageserver/image/image_inspection.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/text.hpp"

#include <iterator>
#include <map>
#include <utility>

namespace dim::server {

namespace {

constexpr std::uint64_t kPercent = 100;

/// As the blade sees it; "" is its root.
std::string seen_path(const std::string& path) {
    return path.empty() ? "/" : "/" + path_text(path);
}

/// The first of them.
std::vector<api::KeptPath> tell_kept(const std::vector<changeset::KeptPath>& kept) {
    std::vector<api::KeptPath> told;
    for (const changeset::KeptPath& path : kept) {
        if (told.size() == api::limits::kSyncNotes) break;
        told.push_back({.path = seen_path(path.path),
                        .reason = printable(path.reason, api::limits::kTreePathBytes)});
    }
    return told;
}

template <class Item>
void append(std::vector<Item>& to, std::vector<Item> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

std::string number_of(std::uint64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

Result<void> check_removals(const GenerationChange& change, std::uint32_t percent) {
    const std::uint64_t removed = change.removed_paths();
    if (removed * kPercent <= change.paths * percent) return {};
    return fail(Error(ErrorCode::limit_exceeded,
                      "generation " + to_string(change.to) + " has " + std::to_string(removed) +
                          " of the " + std::to_string(change.paths) +
                          " files and directories of generation " + to_string(change.from) +
                          " no more: that is more than " + std::to_string(percent) + " %")
                    .with_cure("see 'dim image diff " + to_string(change.image) + " " +
                               to_string(change.from) + " " + to_string(change.to) +
                               "'; when that is meant, --max-delete 100"));
}

void add(MovedBladeImage& all, MovedBladeImage more) {
    all.created += more.created;
    all.changed += more.changed;
    all.removed += more.removed;
    append(all.conflicts, std::move(more.conflicts));
    append(all.kept_out, std::move(more.kept_out));
    append(all.merged, std::move(more.merged));
    append(all.settled, std::move(more.settled));
    append(all.differences, std::move(more.differences));
}

void tell(const MovedBladeImage& moved, bool with_differences, api::SyncOutcome& outcome) {
    outcome.created = moved.created;
    outcome.changed = moved.changed;
    outcome.removed = moved.removed;
    outcome.conflict_count = moved.conflicts.size();
    outcome.conflicts = tell_kept(moved.conflicts);
    outcome.kept_out_count = moved.kept_out.size();
    outcome.kept_out = tell_kept(moved.kept_out);
    for (const std::string& path : moved.merged) {
        if (outcome.merged.size() == api::limits::kSyncNotes) break;
        outcome.merged.push_back(seen_path(path));
    }
    if (with_differences) outcome.differences = tell_differences(moved.differences);
}

std::string sentence(const api::ImageSummary& target, const api::SyncOutcome& outcome) {
    std::string text = "image " + to_string(target.name) + " synced";
    if (outcome.from) text += " from generation " + to_string(*outcome.from);
    text += " to " + to_string(target.generation) + ": " +
            number_of(outcome.created + outcome.changed + outcome.removed, "path");
    if (outcome.conflict_count != 0) text += ", " + number_of(outcome.conflict_count, "conflict");
    return text;
}

bool settle_confirmation(const Result<std::optional<BootRecord>>& boot,
                         model::Generation generation, api::SyncOutcome& outcome) {
    if (!boot) return false;
    if (!*boot) return true;
    const BootRecord& record = **boot;
    if (record.generation == generation) return true;
    if (!record.failed_move || record.failed_move->generation != generation) return false;
    outcome.problem = api::to_problem(
        Error(ErrorCode::unavailable, to_string(record.blade) +
                                          " could not mount the shared root of generation " +
                                          to_string(generation) + ": " + record.failed_move->cause)
            .with_cure("it tries again every minute; it has it after a reboot"));
    outcome.state = "waiting";
    return true;
}

void fit(std::vector<api::SyncOutcome>& outcomes, std::size_t bytes) {
    const auto size = [&] {
        std::size_t sum = 0;
        for (const api::SyncOutcome& outcome : outcomes)
            sum += api::to_json(outcome).size() + 1;
        return sum;
    };
    std::size_t most = api::limits::kTreeDifferences;
    const auto cut = [&](auto& list) {
        if (list.size() > most) list.erase(list.begin() + static_cast<int>(most), list.end());
    };
    while (most != 0 && size() > bytes) {
        most /= 2;
        for (api::SyncOutcome& outcome : outcomes) {
            cut(outcome.conflicts);
            cut(outcome.kept_out);
            cut(outcome.differences);
        }
    }
}

std::vector<api::SyncOutcome> group(std::vector<api::SyncOutcome> outcomes) {
    std::vector<api::SyncOutcome> groups;
    std::map<std::string, std::size_t> places;  // by what is the same
    for (api::SyncOutcome& outcome : outcomes) {
        std::vector<model::ComponentName> blades = std::exchange(outcome.blades, {});
        const auto [place, is_new] = places.try_emplace(api::to_json(outcome), groups.size());
        if (is_new) groups.push_back(std::move(outcome));
        append(groups[place->second].blades, std::move(blades));
    }
    return groups;
}

}  // namespace dim::server
