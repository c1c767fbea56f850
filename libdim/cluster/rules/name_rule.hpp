#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/rules/expression.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dim::cluster {

/// A name of which numbers are computed: "is{(node-1)/128+1}". Letters, digits and '-' around
/// expressions; values are written in decimal without leading zeros.
class NameRule {
public:
    static constexpr std::size_t kLengthLimit = 500;  ///< bytes

    /// Errors: as for AddressRule; a rule that can never give a name.
    static Result<NameRule> parse(std::string_view text, std::span<const std::string> variables);
    /// Errors: invalid_input, for a negative value too.
    Result<std::string> evaluate(VariableValues values) const;
    const std::string& text() const { return text_; }
    bool operator==(const NameRule&) const = default;

private:
    struct Piece {
        std::string literal;  ///< before the expression
        std::optional<Expression> expression;
        bool operator==(const Piece&) const = default;
    };
    std::string text_;
    std::vector<Piece> pieces_;
};

}  // namespace dim::cluster
