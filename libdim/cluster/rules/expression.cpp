#include "libdim/cluster/rules/expression.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace dim::cluster {

namespace {

using Number = std::int64_t;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string joined(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

/// Rounded down; nothing for a division by zero or a quotient that has no 64 bits.
std::optional<Number> divided(Number left, Number right) {
    if (right == 0 || (left == std::numeric_limits<Number>::min() && right == -1)) return {};
    const Number quotient = left / right;
    const bool is_between = left % right != 0 && (left < 0) != (right < 0);
    return is_between ? quotient - 1 : quotient;
}

/// What is left of LEFT when divided so; it has the sign of RIGHT.
std::optional<Number> remainder(Number left, Number right) {
    if (right == 0) return {};
    if (right == -1) return 0;
    const Number rest = left % right;
    return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

}  // namespace

/// sum = product *( ("+" / "-") product ); product = factor *( ("*" / "/" / "%") factor );
/// factor = number / name / "(" sum ")"
class Expression::Parser {
public:
    Parser(std::string_view text, std::span<const std::string> variables)
        : text_(text), variables_(variables) {}

    Result<Expression> parse() {
        DIM_CHECK(parse_sum());
        if (place_ != text_.size()) return unexpected("an operator");
        return std::move(expression_);
    }

private:
    using Code = Instruction::Code;

    void skip_blanks() {
        while (place_ < text_.size() && text_[place_] == ' ')
            ++place_;
    }
    /// The next character that is no blank; '\0' at the end.
    char next() {
        skip_blanks();
        return place_ < text_.size() ? text_[place_] : '\0';
    }
    void emit(Code code, Number operand = 0) { expression_.program_.push_back({code, operand}); }

    std::unexpected<Error> wrong(ErrorCode code, const std::string& what) const {
        return fail(code, "expression '" + printable(text_, kLengthLimit) + "': " + what);
    }
    std::unexpected<Error> unexpected(std::string_view wanted) const {
        const std::string place =
            place_ < text_.size() ? "'" + printable(text_.substr(place_), 20) + "' stands where "
                                  : "it ends where ";
        return wrong(ErrorCode::invalid_input, place + std::string(wanted) + " is needed");
    }

    Result<void> parse_sum() {
        DIM_CHECK(parse_product());
        for (char c = next(); c == '+' || c == '-'; c = next()) {
            ++place_;
            DIM_CHECK(parse_product());
            emit(c == '+' ? Code::add : Code::subtract);
        }
        return {};
    }

    Result<void> parse_product() {
        DIM_CHECK(parse_factor());
        for (char c = next(); c == '*' || c == '/' || c == '%'; c = next()) {
            ++place_;
            DIM_CHECK(parse_factor());
            emit(c == '*' ? Code::multiply : c == '/' ? Code::divide : Code::modulo);
        }
        return {};
    }

    Result<void> parse_factor() {
        const char c = next();
        if (c == '(') return parse_parentheses();
        if (!is_letter(c) && !is_digit(c)) return unexpected("a number, a name or '('");
        std::size_t end = place_;
        while (end < text_.size() &&
               (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '_')) {
            ++end;
        }
        const std::string_view word = text_.substr(place_, end - place_);
        DIM_CHECK(is_digit(c) ? take_number(word) : take_name(word));
        place_ = end;
        return {};
    }

    Result<void> parse_parentheses() {
        if (++depth_ > kDepthLimit) {
            return wrong(ErrorCode::limit_exceeded,
                         "parentheses are more than " + std::to_string(kDepthLimit) + " deep");
        }
        ++place_;
        DIM_CHECK(parse_sum());
        if (next() != ')') return unexpected("')'");
        ++place_;
        --depth_;
        return {};
    }

    Result<void> take_number(std::string_view word) {
        const auto number = parse_number<Number>(word, 0);
        if (!number) return wrong(ErrorCode::invalid_input, number.error().message());
        emit(Code::constant, *number);
        return {};
    }

    Result<void> take_name(std::string_view word) {
        const auto found = std::ranges::find(variables_, word);
        if (found == variables_.end()) {
            Error error =
                wrong(ErrorCode::invalid_input, "there is no '" + printable(word, 40) + "'")
                    .error();
            return fail(std::move(error).with_cure(
                variables_.empty() ? "write numbers" : "there are " + joined(variables_)));
        }
        emit(Code::variable, found - variables_.begin());
        expression_.names_.emplace_back(word);
        return {};
    }

    std::string_view text_;
    std::span<const std::string> variables_;
    std::size_t place_ = 0;
    std::size_t depth_ = 0;
    Expression expression_;
};

Result<Expression> Expression::parse(std::string_view text,
                                     std::span<const std::string> variables) {
    if (text.size() > kLengthLimit) {
        return fail(ErrorCode::limit_exceeded, "expression '" + printable(text, 40) +
                                                   "…' is longer than " +
                                                   std::to_string(kLengthLimit) + " bytes");
    }
    return Parser(text, variables).parse();
}

Result<std::int64_t> Expression::apply(Instruction::Code code, Number left, Number right) {
    using enum Instruction::Code;
    Number result = 0;
    std::optional<Number> quotient = 0;
    bool has_overflown = false;
    switch (code) {
        case constant:
        case variable: break;
        case add: has_overflown = __builtin_add_overflow(left, right, &result); break;
        case subtract: has_overflown = __builtin_sub_overflow(left, right, &result); break;
        case multiply: has_overflown = __builtin_mul_overflow(left, right, &result); break;
        case divide: result = (quotient = divided(left, right)).value_or(0); break;
        case modulo: result = (quotient = remainder(left, right)).value_or(0); break;
    }
    if (!quotient && right == 0) {
        return fail(ErrorCode::invalid_input, "a number is divided by 0");
    }
    if (has_overflown || !quotient) {
        return fail(ErrorCode::invalid_input, "a number needs more than 64 bits");
    }
    return result;
}

Result<std::int64_t> Expression::evaluate(VariableValues values) const {
    std::array<Number, kLengthLimit / 2 + 2> stack{};  // every operand has a byte of its own
    std::size_t depth = 0;
    std::size_t variables_seen = 0;
    for (const auto& [code, operand] : program_) {
        if (code == Instruction::Code::constant) {
            stack[depth++] = operand;
        } else if (code == Instruction::Code::variable) {
            const std::string& name = names_[variables_seen++];
            const auto index = static_cast<std::size_t>(operand);
            if (index >= values.size() || !values[index]) {
                return fail(ErrorCode::invalid_input, "'" + name + "' means nothing here");
            }
            stack[depth++] = *values[index];
        } else {
            --depth;
            DIM_TRY(stack[depth - 1], apply(code, stack[depth - 1], stack[depth]));
        }
    }
    return stack[0];
}

bool Expression::is_constant() const { return names_.empty(); }

}  // namespace dim::cluster
