#include "libdim/cluster/names/component_range.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::cluster {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::unexpected<Error> wrong(const std::string& what, std::string cure) {
    return fail(Error(ErrorCode::invalid_input, what).with_cure(std::move(cure)));
}

/// The steps between commas and white space outside of brackets.
Result<std::vector<std::string_view>> split_steps(std::string_view text) {
    std::vector<std::string_view> steps;
    bool is_in_brackets = false;
    bool is_step_due = false;  // after a comma
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const bool is_end = i == text.size();
        if (!is_end && (text[i] == '[' || text[i] == ']')) is_in_brackets = text[i] == '[';
        const bool is_comma = !is_end && text[i] == ',';
        const bool is_separator = is_comma || (!is_end && kBlanks.contains(text[i]));
        if (!is_end && (is_in_brackets || !is_separator)) continue;
        const bool has_step = i > begin;
        if (has_step) steps.push_back(text.substr(begin, i - begin));
        is_step_due = is_step_due && !has_step;
        if ((is_comma && (is_step_due || steps.empty())) || (is_end && is_step_due)) {
            return wrong("a name is missing at ',' in '" + printable(text, 80) + "'",
                         "write it like s01,s02");
        }
        is_step_due = is_step_due || is_comma;
        begin = i + 1;
    }
    return steps;
}

bool is_attribute_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

Result<ComponentRange::Operand> parse_operand(std::string_view text, std::string_view step) {
    if (text.empty()) {
        return wrong("a name is missing beside '@' in '" + printable(step, 80) + "'",
                     "write it like gpu@s01");
    }
    if (text == "all") return ComponentRange::All{};
    const std::size_t equals = text.find('=');
    if (equals == text.npos) return NameTerm::parse(text);
    const bool is_negated = equals > 0 && text[equals - 1] == '!';
    const std::string_view name = text.substr(0, equals - (is_negated ? 1 : 0));
    const std::string_view value = text.substr(equals + 1);
    if (!is_attribute_name(name) || value.empty()) {
        return wrong("'" + printable(text, 80) + "' lacks the attribute or its value",
                     "write it like type=js21 or type!=js21");
    }
    return ComponentRange::Attribute{std::string(name), std::string(value), is_negated};
}

}  // namespace

Result<ComponentRange> ComponentRange::parse(std::string_view text) {
    if (text.size() > kLengthLimit) {
        return fail(Error(ErrorCode::limit_exceeded,
                          "the range is longer than " + std::to_string(kLengthLimit) + " bytes")
                        .with_cure("name components by ranges or groups"));
    }
    DIM_TRY(const std::vector<std::string_view> pieces, split_steps(text));
    if (pieces.empty()) return wrong("no component is named", "name some, such as s01c1b01 or all");
    ComponentRange range;
    std::size_t operands = 0;
    for (const std::string_view piece : pieces) {
        Step step{piece.starts_with('-'), {}};
        if (step.is_exclusion && range.steps_.empty()) {
            return wrong("'" + printable(piece, 80) + "' takes away, but nothing stands before it",
                         "write all," + printable(piece, 80));
        }
        for (const std::string_view operand : split(piece.substr(step.is_exclusion ? 1 : 0), '@')) {
            if (++operands > kOperandsLimit) {
                return fail(
                    Error(ErrorCode::limit_exceeded,
                          "the range has more than " + std::to_string(kOperandsLimit) + " names")
                        .with_cure("name components by ranges or groups"));
            }
            DIM_TRY(Operand parsed, parse_operand(operand, piece));
            step.intersection.push_back(std::move(parsed));
        }
        range.steps_.push_back(std::move(step));
    }
    return range;
}

}  // namespace dim::cluster
