#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/names/taxonomy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// Numbers from FIRST to LAST.
struct NumberInterval {
    std::uint32_t first;
    std::uint32_t last;
    auto operator<=>(const NumberInterval&) const = default;
};

/// One name, or several that differ in numbers only: "s01c[1-4]b[01-14,16]", "b[1-28]", "s01".
class NameTerm {
public:
    static constexpr std::size_t kLengthLimit = 12 * 1024;  ///< bytes
    static constexpr std::size_t kIntervalsLimit = 64;      ///< in one pair of brackets
    static constexpr std::uint32_t kNumberLimit = 999'999'999;

    /// Errors: invalid_input, naming the place in TEXT; limit_exceeded.
    static Result<NameTerm> parse(std::string_view text);

    const std::string& text() const { return text_; }
    /// With '#' for each number or pair of brackets.
    const std::string& shape() const { return shape_; }
    /// For each '#': sorted, disjoint, not empty.
    const std::vector<std::vector<NumberInterval>>& numbers() const { return numbers_; }

private:
    std::string text_;
    std::string shape_;
    std::vector<std::vector<NumberInterval>> numbers_;
};

/// What a term stands for in a taxonomy.
struct TermMatch {
    std::vector<Position> positions;  ///< sorted; absent components included
    std::size_t depth;                ///< how many levels the term names
    bool is_node;                     ///< all below a place, not the named components themselves
};

/// BELOW: of which role the components are that a node stands for ("s01": its blades); absent: all
/// kinds at or below it. When the term is both a component's name and a node, the component is
/// meant if it has that role, or, without BELOW, never. Bounded in time by the number of places,
/// not by the numbers in the term. Errors: not_found for a name that there is not, naming the first
/// number outside its level and the level's range, or the shapes there are.
Result<TermMatch> match_term(const NameTerm& term, const Taxonomy& taxonomy,
                             std::optional<ComponentRole> below);

}  // namespace dim::cluster
