#include "libdim/changeset/three_way.hpp"

#include "libdim/manifest/open_parents.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <string_view>
#include <utility>

namespace dim::changeset {

using manifest::Entry;
using manifest::EntryType;
using manifest::Manifest;

namespace {

bool is_directory(const Entry* entry) {
    return entry != nullptr && entry->type == EntryType::directory;
}

/// But for their times of change and their other names.
bool is_alike(const Entry* a, const Entry* b) {
    if (a == nullptr || b == nullptr) return a == b;
    return a->type == b->type && a->mode == b->mode && a->owner == b->owner &&
           a->group == b->group && a->size == b->size && a->sha256 == b->sha256 &&
           a->device_major == b->device_major && a->device_minor == b->device_minor &&
           a->target == b->target && a->attributes == b->attributes;
}

/// Where an entry that is wanted comes from: link groups are numbered in each by itself.
enum class Side { have, newer, merged };

struct PathChoice {
    const Entry* older = nullptr;
    const Entry* newer = nullptr;
    const Entry* have = nullptr;
    const Entry* want = nullptr;
    Side side = Side::have;
    std::optional<Entry> made;  ///< by a merge
    std::string conflict;       ///< why it stays, when both sides changed it
    std::string kept_out;       ///< why it stays, when a rule says so
    std::vector<std::string> merge_conflicts;
    bool is_linked_anew = false;  ///< the file has other names in the newer tree than in the older

    void keep() {
        want = have;
        side = Side::have;
    }
    void take() {
        want = newer;
        side = Side::newer;
    }
};

/// By path, so what a directory has comes behind it.
using PathChoices = std::map<std::string_view, PathChoice>;

PathChoices collect_paths(const Outline& outline, const Manifest& have) {
    PathChoices paths;
    for (const Entry& entry : outline.older.entries)
        paths[entry.path].older = &entry;
    for (const Entry& entry : outline.newer.entries)
        paths[entry.path].newer = &entry;
    for (const Entry& entry : have.entries)
        if (const auto found = paths.find(entry.path); found != paths.end())
            found->second.have = &entry;
    return paths;
}

std::string conflict_of(const PathChoice& path) {
    if (path.have == nullptr) return "it was removed here, and changed in the newer generation";
    if (path.newer == nullptr) return "it was changed here, and removed in the newer generation";
    if (path.older == nullptr) return "it was made here, and in the newer generation";
    return "it was changed here, and in the newer generation";
}

/// All names of each file that has several.
std::map<std::uint32_t, std::vector<std::string_view>> names_of_files(const Manifest& manifest) {
    std::map<std::uint32_t, std::vector<std::string_view>> names;
    for (const Entry& entry : manifest.entries)
        if (entry.link_group != 0) names[entry.link_group].push_back(entry.path);
    return names;
}

void find_linked_anew(const Outline& outline, PathChoices& paths) {
    const auto older = names_of_files(outline.older);
    const auto newer = names_of_files(outline.newer);
    const auto names_of = [](const auto& names, const Entry* entry) {
        const auto found = entry == nullptr ? names.end() : names.find(entry->link_group);
        return found == names.end() ? std::vector<std::string_view>() : found->second;
    };
    for (auto& [name, path] : paths)
        path.is_linked_anew = names_of(older, path.older) != names_of(newer, path.newer);
}

/// Whether the outline has it only for what is in it, or for another name of it.
bool is_unchanged(const PathChoice& path) {
    if (is_directory(path.older) && is_directory(path.newer))
        return is_alike(path.older, path.newer);
    return is_alike(path.older, path.newer) && !path.is_linked_anew &&
           (path.older == nullptr || path.older->modified == path.newer->modified);
}

bool are_files(const PathChoice& path) {
    const auto is_file = [](const Entry* entry) {
        return entry != nullptr && entry->type == EntryType::file;
    };
    return is_file(path.older) && is_file(path.newer) && is_file(path.have);
}

/// Whether each attribute of DIRECTORY is as in the one or as in the other.
bool is_between(const Entry& directory, const Entry& one, const Entry& other) {
    const auto is_either = [&](auto member) {
        return directory.*member == one.*member || directory.*member == other.*member;
    };
    const auto has = [](const Entry& entry, const auto& attribute) {
        const auto found = entry.attributes.find(attribute.first);
        return found != entry.attributes.end() && found->second == attribute.second;
    };
    return is_either(&Entry::mode) && is_either(&Entry::owner) && is_either(&Entry::group) &&
           std::ranges::all_of(directory.attributes, [&](const auto& attribute) {
               return has(one, attribute) || has(other, attribute);
           });
}

/// Whether a change to the newer tree may have left it so when it was interrupted
/// (manifest::carry_out): a directory that is new or gets attributes, or a path where a directory
/// and something else change places.
bool may_be_unfinished(const PathChoice& path) {
    constexpr std::uint32_t kNewDirectoryMode = 0700;
    if (path.have == nullptr)
        return path.older != nullptr && path.newer != nullptr &&
               is_directory(path.older) != is_directory(path.newer);
    if (!is_directory(path.have) || !is_directory(path.newer)) return false;
    Entry made = *path.newer;
    made.mode = kNewDirectoryMode;
    made.owner = 0;
    made.group = 0;
    return is_between(*path.have, is_directory(path.older) ? *path.older : made, *path.newer);
}

/// What both sides changed.
Result<void> settle_conflict(PathChoice& path, const ThreeWayRules& rules) {
    if (rules.merge && are_files(path)) {
        DIM_TRY(auto merged, rules.merge(*path.older, *path.newer, *path.have));
        if (merged) {
            path.made = std::move(merged->entry);
            path.merge_conflicts = std::move(merged->conflicts);
            path.want = &*path.made;
            path.side = Side::merged;
            return {};
        }
    }
    if (rules.overwrites) {
        path.take();
        return {};
    }
    path.conflict = conflict_of(path);
    return {};
}

Result<void> settle(std::string_view name, PathChoice& path, const ThreeWayRules& rules) {
    path.keep();
    if (is_unchanged(path)) return {};
    if (rules.kept_out) {
        const bool is_a_directory = is_directory(path.have) || is_directory(path.newer);
        if (auto reason = rules.kept_out(std::string(name), is_a_directory)) {
            path.kept_out = *std::move(reason);
            return {};
        }
    }
    const bool is_own = !is_alike(path.have, path.older) && !is_alike(path.have, path.newer);
    if (is_own && !(rules.is_resumed && may_be_unfinished(path)))
        return settle_conflict(path, rules);
    path.take();
    return {};
}

void keep_directory(PathChoice& path) {
    path.keep();
    path.conflict = "something of this tree's own is in it";
}

/// What stays needs the directories that it is in.
void keep_directories(PathChoices& paths, const std::vector<std::string>& foreign) {
    for (const std::string& name : foreign)
        if (const auto above = paths.find(manifest::parent_of(name));
            above != paths.end() && !is_directory(above->second.want))
            keep_directory(above->second);
    for (const auto& [name, path] : paths | std::views::reverse) {
        if (name.empty() || path.want == nullptr || path.have == nullptr) continue;
        const auto above = paths.find(manifest::parent_of(name));
        if (above != paths.end() && !is_directory(above->second.want))
            keep_directory(above->second);
    }
}

/// What is new can be only where there is a directory for it.
void leave_out_orphans(PathChoices& paths) {
    for (auto& [name, path] : paths) {
        if (name.empty() || path.want == nullptr || path.have != nullptr) continue;
        const auto above = paths.find(manifest::parent_of(name));
        if (above == paths.end() || is_directory(above->second.want)) continue;
        path.keep();
        path.conflict = "the directory that it is in was removed or replaced here";
    }
}

/// A directory's time is its own unless it is still that of the older tree.
void set_directory_time(const PathChoice& path, bool is_resumed, Entry& want,
                        std::set<std::string>& own_times) {
    if (!is_directory(&want) || !is_directory(path.have)) return;
    const bool is_older_time = path.older != nullptr && path.have->modified == path.older->modified;
    if ((is_older_time || is_resumed) && path.newer != nullptr) {
        want.modified = path.newer->modified;
        return;
    }
    want.modified = path.have->modified;
    own_times.insert(want.path);
}

/// Numbers the link groups anew; one with a single name is none.
void number_links(Manifest& want, const std::vector<Side>& sides) {
    std::map<std::pair<Side, std::uint32_t>, std::uint32_t> names;
    for (std::size_t i = 0; i < sides.size(); ++i)
        ++names[{sides[i], want.entries[i].link_group}];
    std::map<std::pair<Side, std::uint32_t>, std::uint32_t> numbers;
    for (std::size_t i = 0; i < sides.size(); ++i) {
        std::uint32_t& group = want.entries[i].link_group;
        if (group == 0) continue;
        const std::pair key(sides[i], group);
        const auto next = static_cast<std::uint32_t>(numbers.size() + 1);
        group = names.at(key) == 1 ? 0 : numbers.try_emplace(key, next).first->second;
    }
}

}  // namespace

Result<ThreeWay> decide(const Outline& outline, const Manifest& have,
                        const std::vector<std::string>& foreign, const ThreeWayRules& rules) {
    PathChoices paths = collect_paths(outline, have);
    find_linked_anew(outline, paths);
    for (auto& [name, path] : paths)
        DIM_CHECK(settle(name, path, rules));
    keep_directories(paths, foreign);
    leave_out_orphans(paths);
    ThreeWay result;
    std::vector<Side> sides;
    for (auto& [name, path] : paths) {
        const std::string text(name);
        if (!path.conflict.empty()) result.conflicts.push_back({text, path.conflict});
        if (!path.kept_out.empty()) result.kept_out.push_back({text, path.kept_out});
        if (path.side == Side::merged) result.merged.push_back(text);
        if (path.conflict.empty() && path.kept_out.empty() && path.merge_conflicts.empty() &&
            !is_unchanged(path))
            result.settled.push_back(text);
        for (std::string& conflict : path.merge_conflicts)
            result.conflicts.push_back({text, std::move(conflict)});
        if (path.want == nullptr) continue;
        result.want.entries.push_back(*path.want);
        set_directory_time(path, rules.is_resumed, result.want.entries.back(), result.own_times);
        sides.push_back(path.side);
    }
    number_links(result.want, sides);
    return result;
}

}  // namespace dim::changeset
