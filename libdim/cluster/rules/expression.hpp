#pragma once

#include "libdim/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// The values of the names that expressions may use, in the order of Taxonomy::variables(); absent
/// for a name that means nothing for this component.
using VariableValues = std::span<const std::optional<std::int64_t>>;

/// Integer arithmetic over named values: "blade+10", "(node-1)/128+1". Operators + - * / % and
/// parentheses; / and % round down; 64 bits, checked.
class Expression {
public:
    static constexpr std::size_t kLengthLimit = 200;  ///< bytes
    static constexpr std::size_t kDepthLimit = 20;    ///< of parentheses

    /// VARIABLES: the names there are. Errors: invalid_input, naming the place in TEXT and, for an
    /// unknown name, the names there are; limit_exceeded.
    static Result<Expression> parse(std::string_view text, std::span<const std::string> variables);

    /// VALUES: shaped like VARIABLES. Errors: invalid_input for an absent value, overflow and a
    /// division by zero.
    Result<std::int64_t> evaluate(VariableValues values) const;

    /// True when its value is the same for every component.
    bool is_constant() const;
    bool operator==(const Expression&) const = default;

private:
    struct Instruction {  // of a stack machine
        enum class Code : std::uint8_t {
            constant,
            variable,
            add,
            subtract,
            multiply,
            divide,
            modulo
        };
        Code code;
        std::int64_t operand;  ///< a constant, or the index of a variable
        bool operator==(const Instruction&) const = default;
    };
    class Parser;
    static Result<std::int64_t> apply(Instruction::Code code, std::int64_t left,
                                      std::int64_t right);
    std::vector<Instruction> program_;
    std::vector<std::string> names_;  ///< of the variables, in the program's order
};

}  // namespace dim::cluster
