#include "libdim/cluster/rules/name_rule.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::cluster {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

std::string quoted_name(std::string_view text) {
    return "name '" + printable(text, NameRule::kLengthLimit) + '\'';
}

}  // namespace

Result<NameRule> NameRule::parse(std::string_view text, std::span<const std::string> variables) {
    if (text.empty() || text.size() > kLengthLimit) {
        return fail(ErrorCode::limit_exceeded,
                    "a name has 1 to " + std::to_string(kLengthLimit) + " bytes");
    }
    NameRule rule;
    rule.text_ = text;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view literal = rest.substr(0, rest.find('{'));
        if (!std::ranges::all_of(literal, is_name_character)) {
            return fail(Error(ErrorCode::invalid_input,
                              quoted_name(text) + " has other characters than a-z, 0-9 and '-'")
                            .with_cure("write it like is{server}"));
        }
        rest.remove_prefix(literal.size());
        Piece piece{std::string(literal), {}};
        if (!rest.empty()) {
            const std::size_t end = rest.find('}');
            if (end == rest.npos) {
                return fail(ErrorCode::invalid_input,
                            quoted_name(text) + " has a '{' without a '}'");
            }
            auto expression = Expression::parse(rest.substr(1, end - 1), variables);
            if (!expression)
                return fail(std::move(expression).error().with_context(quoted_name(text)));
            piece.expression = *std::move(expression);
            rest.remove_prefix(end + 1);
        }
        rule.pieces_.push_back(std::move(piece));
    }
    return rule;
}

Result<std::string> NameRule::evaluate(VariableValues values) const {
    std::string name;
    for (const Piece& piece : pieces_) {
        name += piece.literal;
        if (!piece.expression) continue;
        const auto number = piece.expression->evaluate(values);
        if (!number) return fail(Error(number.error()).with_context(quoted_name(text_)));
        if (*number < 0) {
            return fail(ErrorCode::invalid_input, quoted_name(text_) + " has the number " +
                                                      std::to_string(*number) + ", less than 0");
        }
        name += std::to_string(*number);
    }
    return name;
}

}  // namespace dim::cluster
