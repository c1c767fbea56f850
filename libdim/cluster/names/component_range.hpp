#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/names/name_term.hpp"

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

}  // namespace dim::cluster
