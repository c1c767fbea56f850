#include "libdim/sync/account_line.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::sync {

namespace {

using Members = std::vector<std::string_view>;

Members members_of(std::string_view field) {
    Members members = split(field, ',');
    std::erase(members, std::string_view());
    return members;
}

Members sorted(Members members) {
    std::ranges::sort(members);
    const auto repeated = std::ranges::unique(members);
    members.erase(repeated.begin(), repeated.end());
    return members;
}

/// Who was a member stays one when both say so; who was none becomes one when either says so. In
/// the order of the newer ones, then of the blade's.
std::string merge_members(std::string_view older, std::string_view newer, std::string_view blade) {
    const Members before = sorted(members_of(older));
    const Members now = sorted(members_of(newer));
    const Members here = sorted(members_of(blade));
    // One that only writes the same set otherwise changes nothing.
    if (now == before || now == here) return std::string(blade);
    const auto has = [](const Members& members, std::string_view name) {
        return std::ranges::binary_search(members, name);
    };
    Members merged;
    for (const std::string_view name : members_of(newer))
        if (has(here, name) || !has(before, name)) merged.push_back(name);
    for (const std::string_view name : members_of(blade))
        if (!has(now, name) && !has(before, name)) merged.push_back(name);
    std::string text;
    for (const std::string_view name : merged) {
        if (!text.empty()) text += ',';
        text += name;
    }
    return text;
}

}  // namespace

std::optional<AccountLine> merge_account_line(std::span<const AccountField> fields,
                                              std::string_view older, std::string_view newer,
                                              std::string_view blade) {
    if (fields.empty()) return std::nullopt;
    const auto before = split(older, ':');
    const auto now = split(newer, ':');
    const auto here = split(blade, ':');
    for (const auto* line : {&before, &now, &here})
        if (line->size() != fields.size()) return std::nullopt;
    AccountLine merged;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) merged.text += ':';
        if (here[i] == before[i]) {
            merged.text += now[i];
        } else if (now[i] == before[i] || now[i] == here[i]) {
            merged.text += here[i];
        } else if (fields[i].kind == AccountField::Kind::members) {
            merged.text += merge_members(before[i], now[i], here[i]);
        } else {
            merged.text += here[i];
            merged.conflicts.push_back(fields[i].name);
        }
    }
    return merged;
}

std::optional<std::string_view> field_of(std::span<const AccountField> fields,
                                         std::string_view line, std::size_t index) {
    const auto values = split(line, ':');
    if (values.size() != fields.size()) return std::nullopt;
    return values[index];
}

}  // namespace dim::sync
