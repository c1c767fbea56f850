#include "libdim/cluster/names/fold_names.hpp"

#include "libdim/cluster/names/name_term.hpp"

#include <algorithm>
#include <unordered_map>

namespace dim::cluster {

namespace {

/// Several places that differ in numbers of inner levels only.
struct Fold {
    std::vector<std::uint32_t> outer;  ///< numbers of the levels that are not folded yet
    std::string inner;                 ///< the rest of the name, as a term: "c[1-4]b[01-14]"
};

std::string padded(std::uint32_t number, std::uint32_t width) {
    const std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

/// As terms write them: "05", "[01-14,16]"; several when there are more intervals than a term
/// takes.
std::vector<std::string> written(const std::vector<std::uint32_t>& numbers, std::uint32_t width) {
    std::vector<NumberInterval> intervals;
    for (const std::uint32_t number : numbers) {
        if (!intervals.empty() && intervals.back().last + 1 == number) {
            intervals.back().last = number;
        } else {
            intervals.push_back({number, number});
        }
    }
    if (numbers.size() == 1) return {padded(numbers.front(), width)};
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
        if (i % NameTerm::kIntervalsLimit == 0) texts.emplace_back();
        const auto& [first, last] = intervals[i];
        texts.back() += (texts.back().empty() ? "[" : ",") + padded(first, width);
        if (last != first) texts.back() += '-' + padded(last, width);
    }
    for (std::string& text : texts)
        text += ']';
    return texts;
}

/// Joins those that are alike but for the number of the innermost level of outer. They stay in the
/// order of their first places.
std::vector<Fold> fold_level(std::vector<Fold> folds, std::string_view literal,
                             std::uint32_t width) {
    struct Joined {
        Fold fold;
        std::vector<std::uint32_t> numbers;
    };
    std::vector<Joined> joined;
    std::unordered_map<std::string, std::size_t> places;
    for (Fold& fold : folds) {
        const std::uint32_t number = fold.outer.back();
        fold.outer.pop_back();
        std::string key;
        for (const std::uint32_t outer : fold.outer)
            key += std::to_string(outer) + ' ';
        const auto [place, is_new] = places.try_emplace(key + fold.inner, joined.size());
        if (is_new) joined.push_back({std::move(fold), {}});
        joined[place->second].numbers.push_back(number);
    }
    std::vector<Fold> result;
    for (const Joined& join : joined) {
        for (const std::string& numbers : written(join.numbers, width)) {
            result.push_back({join.fold.outer, std::string(literal) + numbers + join.fold.inner});
        }
    }
    return result;
}

}  // namespace

std::string fold_names(const Taxonomy& taxonomy, std::vector<Position> positions) {
    std::ranges::sort(positions);
    const auto repeated = std::ranges::unique(positions);
    positions.erase(repeated.begin(), repeated.end());
    std::string text;
    for (auto first = positions.begin(); first != positions.end();) {
        const std::uint32_t kind = first->kind;
        const auto last = std::ranges::find_if(
            first, positions.end(), [kind](Position other) { return other.kind != kind; });
        const auto path = taxonomy.levels_of(kind);
        const auto literals = taxonomy.literals_of(kind);
        std::vector<Fold> folds;
        for (; first != last; ++first) {
            folds.push_back({taxonomy.coordinates(*first), literals.back()});
        }
        for (std::size_t i = path.size(); i-- > 0;) {
            folds = fold_level(std::move(folds), literals[i], taxonomy.levels()[path[i]].width);
        }
        for (const Fold& fold : folds)
            text += (text.empty() ? "" : ",") + fold.inner;
    }
    return text;
}

}  // namespace dim::cluster
