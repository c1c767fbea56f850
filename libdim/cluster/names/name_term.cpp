#include "libdim/cluster/names/name_term.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "libdim/cluster/names/characters.hpp"

#include <algorithm>

namespace dim::cluster {

namespace {

using Intervals = std::vector<NumberInterval>;
using Meaning = Taxonomy::Shape::Meaning;

std::unexpected<Error> wrong(std::string_view text, const std::string& what, std::string cure,
                             ErrorCode code = ErrorCode::invalid_input) {
    return fail(
        Error(code, "name '" + printable(text, 80) + "': " + what).with_cure(std::move(cure)));
}

/// "01", "1-14"
Result<NumberInterval> parse_interval(std::string_view text) {
    const auto number = [](std::string_view digits) -> Result<std::uint32_t> {
        if (digits.size() > kDigitsLimit) {
            return fail(ErrorCode::invalid_input, "'" + printable(digits, 20) + "' has more than " +
                                                      std::to_string(kDigitsLimit) + " digits");
        }
        return parse_number<std::uint32_t>(digits, 0, NameTerm::kNumberLimit);
    };
    const std::size_t dash = text.find('-');
    DIM_TRY(const std::uint32_t first, number(text.substr(0, dash)));
    if (dash == text.npos) return NumberInterval{first, first};
    DIM_TRY(const std::uint32_t last, number(text.substr(dash + 1)));
    if (last < first) {
        return fail(ErrorCode::invalid_input, "'" + std::string(text) + "' begins after its end");
    }
    return NumberInterval{first, last};
}

/// Sorted; those that overlap or touch become one.
Intervals merged(Intervals intervals) {
    std::ranges::sort(intervals);
    Intervals result;
    for (const NumberInterval& interval : intervals) {
        if (!result.empty() && interval.first <= result.back().last + 1) {
            result.back().last = std::max(result.back().last, interval.last);
        } else {
            result.push_back(interval);
        }
    }
    return result;
}

/// What is between brackets: "01-14,16".
Result<Intervals> parse_intervals(std::string_view text) {
    Intervals intervals;
    for (const std::string_view piece : split(text, ',')) {
        if (intervals.size() == NameTerm::kIntervalsLimit) {
            return fail(ErrorCode::limit_exceeded,
                        "more than " + std::to_string(NameTerm::kIntervalsLimit) +
                            " numbers or ranges stand in one pair of brackets");
        }
        DIM_TRY(const NumberInterval interval, parse_interval(piece));
        intervals.push_back(interval);
    }
    return merged(std::move(intervals));
}

/// Gives VISIT the number of every place below PATH whose first coordinates are among NUMBERS, in
/// order.
class PlaceWalk {
public:
    PlaceWalk(const Taxonomy& taxonomy, std::uint32_t kind, const std::vector<Intervals>& numbers,
              std::vector<Position>& positions)
        : levels_(taxonomy.levels()),
          path_(taxonomy.levels_of(kind)),
          kind_(kind),
          numbers_(numbers),
          positions_(positions) {}

    void walk(std::size_t depth = 0, std::uint32_t index = 0) {
        if (depth == path_.size()) {
            positions_.push_back({kind_, index + 1});
            return;
        }
        const Level& level = levels_[path_[depth]];
        const auto descend = [&](std::uint32_t first, std::uint32_t last) {
            for (std::uint32_t number = first; number <= last; ++number) {
                walk(depth + 1, index * (level.last - level.first + 1) + (number - level.first));
            }
        };
        if (depth >= numbers_.size()) return descend(level.first, level.last);
        for (const auto& [first, last] : numbers_[depth])
            descend(first, last);
    }

private:
    const std::vector<Level>& levels_;
    std::span<const std::size_t> path_;
    std::uint32_t kind_;
    const std::vector<Intervals>& numbers_;
    std::vector<Position>& positions_;
};

/// Whether KIND is at LEVEL or below it.
bool is_within(const Taxonomy& taxonomy, std::size_t kind, std::size_t level) {
    const auto path = taxonomy.levels_of(kind);
    return std::ranges::find(path, level) != path.end();
}

bool is_meant(const Taxonomy& taxonomy, std::size_t kind, std::size_t level,
              std::optional<ComponentRole> below) {
    return is_within(taxonomy, kind, level) && (!below || taxonomy.kinds()[kind].role == *below);
}

/// Of what a shape can mean, what it does mean.
const Taxonomy::Shape& chosen(std::span<const Taxonomy::Shape> candidates, const Taxonomy& taxonomy,
                              std::optional<ComponentRole> below) {
    const Taxonomy::Shape& component = candidates.front();
    const Taxonomy::Shape& node = candidates.back();
    if (component.meaning == Meaning::node || node.meaning != Meaning::node) return component;
    if (below && taxonomy.kinds()[component.index].role == *below) return component;
    for (std::size_t kind = 0; kind < taxonomy.kinds().size(); ++kind) {
        if (is_meant(taxonomy, kind, node.index, below)) return node;
    }
    return component;
}

TermMatch match_node(const Taxonomy& taxonomy, std::size_t level,
                     const std::vector<Intervals>& numbers, std::optional<ComponentRole> below) {
    TermMatch match{{}, numbers.size(), true};
    for (std::uint32_t kind = 0; kind < taxonomy.kinds().size(); ++kind) {
        if (!is_meant(taxonomy, kind, level, below)) continue;
        PlaceWalk(taxonomy, kind, numbers, match.positions).walk();
    }
    return match;
}

}  // namespace

Result<NameTerm> NameTerm::parse(std::string_view text) {
    const std::string example = "write it like s01c[1-4]b[01-14]";
    if (text.empty()) return wrong(text, "it is empty", example);
    if (text.front() == '-') return wrong(text, "it begins with '-'", example);
    if (text.size() > kLengthLimit) {
        return wrong(text, "it is longer than " + std::to_string(kLengthLimit) + " bytes", example,
                     ErrorCode::limit_exceeded);
    }
    NameTerm term;
    term.text_ = text;
    for (std::size_t i = 0; i < text.size();) {
        if (is_name_character(text[i])) {
            term.shape_ += text[i++];
            continue;
        }
        const std::string place = "at '" + printable(text.substr(i), 20) + "': ";
        const bool is_bracket = text[i] == '[';
        if (!is_bracket && !is_digit(text[i])) {
            return wrong(text, place + "names have a-z, 0-9, '-' and ranges in brackets", example);
        }
        if (term.shape_.ends_with('#')) {
            return wrong(text, place + "there is no letter between two numbers", example);
        }
        std::size_t end = i;
        if (is_bracket) {
            end = text.find(']', ++i);
            if (end == text.npos) return wrong(text, place + "a '[' has no ']'", example);
        } else {
            while (end < text.size() && is_digit(text[end]))
                ++end;
        }
        auto intervals = parse_intervals(text.substr(i, end - i));
        if (!intervals) {
            return wrong(text, place + intervals.error().message(), example,
                         intervals.error().code());
        }
        term.shape_ += '#';
        term.numbers_.push_back(*std::move(intervals));
        i = end + (is_bracket ? 1 : 0);
    }
    return term;
}

Result<TermMatch> match_term(const NameTerm& term, const Taxonomy& taxonomy,
                             std::optional<ComponentRole> below) {
    const auto candidates = taxonomy.shapes(term.shape());
    if (candidates.empty()) return fail(taxonomy.no_such_name(term.text()));
    const Taxonomy::Shape& shape = chosen(candidates, taxonomy, below);
    const std::vector<Intervals>& numbers = term.numbers();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        // The lowest and the highest number tell of all.
        for (const std::uint32_t number : {numbers[i].front().first, numbers[i].back().last}) {
            if (auto error = taxonomy.outside(shape, i, number)) return fail(*std::move(error));
        }
    }
    const auto kind = static_cast<std::uint32_t>(shape.index);
    TermMatch match{{}, numbers.size(), false};
    switch (shape.meaning) {
        case Meaning::coordinate: PlaceWalk(taxonomy, kind, numbers, match.positions).walk(); break;
        case Meaning::linear:
            match.depth = taxonomy.levels_of(kind).size();
            for (const auto& [first, last] : numbers.front()) {
                for (std::uint32_t number = first; number <= last; ++number) {
                    match.positions.push_back({kind, number});
                }
            }
            break;
        case Meaning::node: match = match_node(taxonomy, shape.index, numbers, below); break;
    }
    if (match.positions.empty()) {
        return fail(ErrorCode::not_found, "no component with the role " +
                                              std::string(to_string(*below)) + " is in '" +
                                              printable(term.text(), 80) + "'");
    }
    return match;
}

}  // namespace dim::cluster
