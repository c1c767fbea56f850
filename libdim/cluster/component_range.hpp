#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/name_term.hpp"
#include "libdim/cluster/taxonomy.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dim::cluster {

/// Components in a text:
///
///     range        = step *( separator step )        separator: ',' or white space
///     step         = [ "-" ] intersection            "-" takes away from what stands before it
///     intersection = operand *( "@" operand )
///     operand      = term | group | "all" | attribute ( "=" | "!=" ) value
///
/// "s01c[1-4]b[01-14],-s01c1b03", "gpu@s01", "all,-type=js21", "s02@state=failed". Steps count from
/// left to right. A '-' inside a name belongs to the name. Nothing reads files or runs anything.
class ComponentRange {
public:
    static constexpr std::size_t kLengthLimit = 64 * 1024;  ///< bytes
    static constexpr std::size_t kOperandsLimit = 20'000;

    struct All {};
    struct Attribute {
        std::string name;
        std::string value;
        bool is_negated;
    };
    /// A NameTerm without a number may also be a group; the group wins.
    using Operand = std::variant<All, Attribute, NameTerm>;
    struct Step {
        bool is_exclusion;
        std::vector<Operand> intersection;
    };

    /// Errors: invalid_input, naming the place in TEXT; for a '-' first, with the cure "all,-…";
    /// limit_exceeded.
    static Result<ComponentRange> parse(std::string_view text);

    const std::vector<Step>& steps() const { return steps_; }

private:
    std::vector<Step> steps_;
};

/// What a range is evaluated in. The functions may be called often.
struct RangeSpace {
    const Taxonomy& taxonomy;
    /// Absent components are passed over in silence, unless one is named by itself.
    std::function<bool(Position)> is_present;
    /// What "all" means, and which attributes select from; sorted.
    std::function<std::vector<Position>()> all;
    /// The members of a group; nullptr when there is none of that name.
    std::function<const std::vector<Position>*(std::string_view)> group;
    /// Whether the component's attribute has this value. Errors: not_found for an attribute that
    /// there is not, with those there are.
    std::function<Result<bool>(Position, std::string_view attribute, std::string_view value)>
        has_value;
    std::optional<ComponentRole> below = ComponentRole::blade;  ///< see match_term
};

/// Sorted, without duplicates, all present. Errors: not_found for a name or group that there is
/// not, for an absent component named by itself, and for a range that matches nothing.
Result<std::vector<Position>> select_components(const ComponentRange& range,
                                                const RangeSpace& space);

}  // namespace dim::cluster
