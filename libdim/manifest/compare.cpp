#include "libdim/manifest/compare.hpp"

#include "libdim/manifest/escaped_text.hpp"

#include <algorithm>
#include <utility>

namespace dim::manifest {

namespace {

/// The first path of each link group: a name that stays the same while numbers move.
std::vector<std::string_view> link_names(const Manifest& manifest) {
    std::vector<std::string_view> names{""};
    for (const Entry& entry : manifest.entries)
        if (entry.link_group == names.size()) names.emplace_back(entry.path);
    return names;
}

std::string_view link_name(const std::vector<std::string_view>& names, const Entry& entry) {
    return entry.link_group < names.size() ? names[entry.link_group] : std::string_view{};
}

Difference difference_of(const Entry& older, const Entry& newer, bool has_other_links) {
    Difference difference{.path = newer.path, .kind = DifferenceKind::content, .aspects = {}};
    const auto note = [&](bool differs, std::string_view aspect) {
        if (differs) difference.aspects.emplace_back(aspect);
    };
    note(older.type != newer.type, "type");
    note(older.size != newer.size, "size");
    note(older.sha256 != newer.sha256, "content");
    note(older.target != newer.target, "target");
    note(older.device_major != newer.device_major || older.device_minor != newer.device_minor,
         "device");
    const bool is_metadata_only = difference.aspects.empty();
    note(older.mode != newer.mode, "mode");
    note(older.owner != newer.owner, "owner");
    note(older.group != newer.group, "group");
    note(older.modified != newer.modified, "modified");
    note(has_other_links, "hard links");
    note(older.attributes != newer.attributes, "attributes");
    if (is_metadata_only) difference.kind = DifferenceKind::metadata;
    return difference;
}

}  // namespace

std::string_view to_string(DifferenceKind kind) {
    switch (kind) {
        case DifferenceKind::created: return "created";
        case DifferenceKind::removed: return "removed";
        case DifferenceKind::content: return "content";
        case DifferenceKind::metadata: return "metadata";
    }
    std::unreachable();
}

std::vector<Difference> compare(const Manifest& older, const Manifest& newer) {
    const std::vector<std::string_view> older_links = link_names(older);
    const std::vector<std::string_view> newer_links = link_names(newer);
    std::vector<Difference> differences;
    auto left = older.entries.begin();
    auto right = newer.entries.begin();
    while (left != older.entries.end() || right != newer.entries.end()) {
        if (right == newer.entries.end() ||
            (left != older.entries.end() && left->path < right->path)) {
            differences.push_back({left->path, DifferenceKind::removed, {}});
            ++left;
        } else if (left == older.entries.end() || right->path < left->path) {
            differences.push_back({right->path, DifferenceKind::created, {}});
            ++right;
        } else {
            Difference difference = difference_of(
                *left, *right, link_name(older_links, *left) != link_name(newer_links, *right));
            if (!difference.aspects.empty()) differences.push_back(std::move(difference));
            ++left;
            ++right;
        }
    }
    return differences;
}

std::string to_string(const Difference& difference) {
    constexpr std::size_t kKindWidth = 10;
    std::string text(to_string(difference.kind));
    text.resize(kKindWidth, ' ');
    text += difference.path.empty() ? "." : escape(difference.path);
    for (const std::string& aspect : difference.aspects)
        text.append(&aspect == &difference.aspects.front() ? " (" : ", ").append(aspect);
    if (!difference.aspects.empty()) text += ')';
    return text;
}

}  // namespace dim::manifest
