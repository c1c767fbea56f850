#include "libdim/cluster/names/taxonomy_check.hpp"

#include "libdim/base/text.hpp"
#include "libdim/cluster/names/characters.hpp"

#include <algorithm>

namespace dim::cluster {

namespace {

using Where = TaxonomyFault::Where;

constexpr std::uint32_t kNumberLimit = 999'999'999;
constexpr std::uint32_t kWidthLimit = 9;
constexpr std::size_t kNameLimit = 63;  ///< of a host name label (RFC 1123)
constexpr std::size_t kWordLimit = 40;

std::string quoted(std::string_view text) { return '\'' + printable(text, 200) + '\''; }

TaxonomyFault fault(Where where, std::size_t index, const std::string& message, std::string cure,
                    ErrorCode code = ErrorCode::invalid_input) {
    return {Error(code, message).with_cure(std::move(cure)), where, index};
}

/// A letter, then letters, digits and '_'.
bool is_variable_name(std::string_view name) {
    return !name.empty() && name.size() <= kWordLimit && is_letter(name.front()) &&
           std::ranges::all_of(
               name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

/// What may stand at the beginning of a name and before a number.
bool is_prefix(std::string_view text) {
    return !text.empty() && text.size() <= kWordLimit && text.front() != '-' &&
           std::ranges::all_of(text, is_name_character);
}

constexpr std::string_view kPrefixCure =
    "use lower-case letters and '-', at most 40, the first a letter: ";

std::size_t depth_of(std::span<const Level> levels, std::size_t level) {
    std::size_t depth = 1;
    while (levels[level].parent) {
        level = *levels[level].parent;
        ++depth;
    }
    return depth;
}

std::optional<TaxonomyFault> check_level(std::span<const Level> levels, std::size_t index) {
    const Level& level = levels[index];
    const std::string what = "level " + quoted(level.name);
    const auto wrong = [&](const std::string& message, std::string cure) {
        return fault(Where::level, index, message, std::move(cure));
    };
    if (!is_variable_name(level.name)) {
        return wrong(what + " is no name for a level",
                     "use a letter, then letters, digits and '_', such as chassis");
    }
    if (level.name == "number") {
        return wrong("no level can be called 'number', which is the linear number of a component",
                     "give it another name");
    }
    if (!is_prefix(level.symbol)) {
        return wrong(what + " has the symbol " + quoted(level.symbol),
                     std::string(kPrefixCure) + "s");
    }
    if (level.width < 1 || level.width > kWidthLimit) {
        return wrong(what + " has the width " + std::to_string(level.width), "use 1 to 9");
    }
    if (level.last < level.first || level.last > kNumberLimit) {
        return wrong(what + " goes from " + std::to_string(level.first) + " to " +
                         std::to_string(level.last),
                     "use numbers up to 999999999, the smaller one first");
    }
    if (level.parent && *level.parent >= index) {
        return wrong(what + " stands before the level around it", "put the outer level first");
    }
    for (std::size_t other = 0; other < index; ++other) {
        if (levels[other].name == level.name) {
            return wrong("there are two levels " + quoted(level.name), "rename one of them");
        }
        if (levels[other].parent == level.parent && levels[other].symbol == level.symbol) {
            return wrong("levels " + quoted(levels[other].name) + " and " + quoted(level.name) +
                             " have the symbol " + quoted(level.symbol) + " at the same place",
                         "give one of them another symbol");
        }
    }
    if (depth_of(levels, index) > Taxonomy::kDepthLimit) {
        return fault(Where::level, index,
                     what + " is more than " + std::to_string(Taxonomy::kDepthLimit) + " deep",
                     "use fewer levels inside each other", ErrorCode::limit_exceeded);
    }
    return {};
}

std::string default_pattern(std::span<const Level> levels, const ComponentKind& kind) {
    if (!kind.level) return kind.name.text();
    std::string pattern;
    for (const std::size_t index : path_of(levels, kind.level)) {
        pattern += levels[index].symbol + '{' + levels[index].name + '}';
    }
    return pattern;
}

/// What is wrong with a kind, without where.
using Flaw = std::pair<std::string, std::string>;  ///< message and cure

Result<NamePattern, Flaw> parse_pattern(std::span<const Level> levels, const ComponentKind& kind) {
    const std::string what = "pattern " + quoted(kind.pattern);
    const std::string example = "write it like " + default_pattern(levels, kind);
    const auto wrong = [&](const std::string& message) {
        return std::unexpected(Flaw{what + ' ' + message, example});
    };
    const std::vector<std::size_t> path = path_of(levels, kind.level);
    NamePattern pattern;
    std::string_view rest = kind.pattern;
    while (true) {
        const std::string_view literal = rest.substr(0, rest.find('{'));
        if (!std::ranges::all_of(literal, is_name_character)) {
            return wrong("has other characters than lower-case letters and '-' around its levels");
        }
        rest.remove_prefix(literal.size());
        pattern.literals.emplace_back(literal);
        if (rest.empty()) break;
        const std::size_t end = rest.find('}');
        const std::size_t index = pattern.literals.size() - 1;
        if (end == rest.npos) return wrong("has a '{' without a '}'");
        if (literal.empty())
            return wrong("has no letter before " + quoted(rest.substr(0, end + 1)));
        const std::string_view name = rest.substr(1, end - 1);
        if (index >= path.size() || levels[path[index]].name != name) {
            return wrong("has " + quoted(name) + " where it needs " +
                         (index < path.size() ? quoted(levels[path[index]].name) : "no level"));
        }
        rest.remove_prefix(end + 1);
    }
    if (pattern.literals.size() != path.size() + 1) {
        return wrong("lacks the level " + quoted(levels[path[pattern.literals.size() - 1]].name));
    }
    if (!is_prefix(pattern.literals.front()))
        return wrong("does not begin with a letter, or with more than 40 before a level");
    if (pattern.literals.back().ends_with('-')) return wrong("ends with '-'");
    return pattern;
}

std::string default_linear(std::span<const Level> levels, const ComponentKind& kind,
                           const NamePattern& pattern) {
    std::string_view after = pattern.literals.back();
    while (after.starts_with('-'))
        after.remove_prefix(1);
    return after.empty() ? levels[*kind.level].symbol : std::string(after);
}

/// As many places as KIND has; more than the limit when they are too many.
std::uint64_t places_of(std::span<const Level> levels, const ComponentKind& kind) {
    std::uint64_t places = 1;
    for (const std::size_t index : path_of(levels, kind.level)) {
        places *= std::uint64_t{levels[index].last} - levels[index].first + 1;
        if (places > Taxonomy::kPlacesLimit) break;
    }
    return places;
}

std::size_t longest_name(std::span<const Level> levels, const ComponentKind& kind,
                         const NamePattern& pattern) {
    std::size_t length = 0;
    for (const std::string& literal : pattern.literals)
        length += literal.size();
    for (const std::size_t index : path_of(levels, kind.level)) {
        length +=
            std::max<std::size_t>(levels[index].width, std::to_string(levels[index].last).size());
    }
    return std::max(length, kind.linear.size() + 7);  // a linear number has up to 7 digits
}

/// Fills in the defaults of KIND.
Result<NamePattern, Flaw> resolve_kind(std::span<const Level> levels, ComponentKind& kind) {
    if (kind.level && *kind.level >= levels.size()) {
        return std::unexpected(Flaw{"it is at a level that there is not", "use one of the levels"});
    }
    if (kind.pattern.empty()) kind.pattern = default_pattern(levels, kind);
    auto pattern = parse_pattern(levels, kind);
    if (!pattern) return pattern;
    if (!kind.level) {
        if (!kind.linear.empty()) {
            return std::unexpected(
                Flaw{"there is only one of it, so that it has no linear names", "omit linear"});
        }
    } else if (kind.linear.empty()) {
        kind.linear = default_linear(levels, kind, *pattern);
    }
    if (kind.level && !is_prefix(kind.linear)) {
        return std::unexpected(Flaw{"its linear names begin with " + quoted(kind.linear),
                                    std::string(kPrefixCure) + "mm"});
    }
    if (longest_name(levels, kind, *pattern) > kNameLimit) {
        return std::unexpected(
            Flaw{"its names are longer than " + std::to_string(kNameLimit) + " characters",
                 "shorten symbols and widths"});
    }
    return pattern;
}

}  // namespace

std::vector<std::size_t> path_of(std::span<const Level> levels, std::optional<std::size_t> level) {
    std::vector<std::size_t> path;
    for (; level; level = levels[*level].parent)
        path.insert(path.begin(), *level);
    return path;
}

std::optional<TaxonomyFault> check_levels(std::span<const Level> levels) {
    if (levels.size() > Taxonomy::kLevelsLimit) {
        return fault(Where::level, Taxonomy::kLevelsLimit,
                     "there are more than " + std::to_string(Taxonomy::kLevelsLimit) + " levels",
                     "use fewer", ErrorCode::limit_exceeded);
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (auto wrong = check_level(levels, i)) return wrong;
    }
    return {};
}

Result<std::vector<NamePattern>, TaxonomyFault> resolve_kinds(std::span<const Level> levels,
                                                              std::vector<ComponentKind>& kinds) {
    if (kinds.size() > Taxonomy::kKindsLimit) {
        return std::unexpected(fault(
            Where::kind, Taxonomy::kKindsLimit,
            "there are more than " + std::to_string(Taxonomy::kKindsLimit) + " kinds of component",
            "use fewer", ErrorCode::limit_exceeded));
    }
    std::vector<NamePattern> patterns;
    std::uint64_t places = 0;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const std::string what = "component " + quoted(kinds[i].name.text());
        for (std::size_t other = 0; other < i; ++other) {
            if (kinds[other].name != kinds[i].name) continue;
            return std::unexpected(
                fault(Where::kind, i, "there are two of " + what, "rename one of them"));
        }
        auto pattern = resolve_kind(levels, kinds[i]);
        if (!pattern) {
            return std::unexpected(
                fault(Where::kind, i, what + ": " + pattern.error().first, pattern.error().second));
        }
        patterns.push_back(*std::move(pattern));
        places += places_of(levels, kinds[i]);
        if (places > Taxonomy::kPlacesLimit) {
            return std::unexpected(fault(Where::kind, i,
                                         "with " + what + " there are more than " +
                                             std::to_string(Taxonomy::kPlacesLimit) + " places",
                                         "shorten the ranges of its levels",
                                         ErrorCode::limit_exceeded));
        }
    }
    return patterns;
}

}  // namespace dim::cluster
