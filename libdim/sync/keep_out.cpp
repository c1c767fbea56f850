#include "libdim/sync/keep_out.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dim::sync {

namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::string_view kSeparators = ";\n";

/// What rsync's other rules begin with. Taken for patterns they would protect nothing.
constexpr std::array<std::string_view, 15> kOtherRules{
    "exclude", "include", "hide", "show", "protect", "risk", "merge", "dir-merge",
    "H",       "S",       "P",    "R",    ".",       ":",    "!"};

struct SignAndPattern {
    bool is_kept_out;
    std::string_view pattern;
};

Result<SignAndPattern> split_sign(std::string_view text) {
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    if (!has_sign) return SignAndPattern{true, text};
    if (text.size() > 1 && text[1] != ' ' && text[1] != '\t')
        return fail(Error(ErrorCode::invalid_input, "no blank is behind its sign")
                        .with_cure("write '- PATTERN' or '+ PATTERN', also when the pattern itself "
                                   "begins with a sign; rsync's modifiers are not possible"));
    return SignAndPattern{text.front() == '-', trim(text.substr(1))};
}

Result<void> check_is_no_other_rule(std::string_view text) {
    constexpr std::string_view kCure = "write '- PATTERN' or '+ PATTERN'";
    if (text.starts_with('#'))
        return fail(Error(ErrorCode::invalid_input, "comments are not possible here")
                        .with_cure(std::string(kCure)));
    const std::string_view word = text.substr(0, text.find_first_of(" \t,"));
    const bool is_whole = word.size() == text.size() && word != "!";
    if (is_whole || std::ranges::find(kOtherRules, word) == kOtherRules.end()) return {};
    return fail(Error(ErrorCode::invalid_input,
                      "'" + std::string(word) + "' begins a rule that rsync has, not DIM")
                    .with_cure(std::string(kCure)));
}

Result<SignAndPattern> read_rule(std::string_view text) {
    DIM_CHECK(check_is_no_other_rule(text));
    return split_sign(text);
}

}  // namespace

Result<KeepOut::Entry> KeepOut::parse_rule(KeepOutRule rule) {
    const auto named = [&](Error error) {
        return fail(std::move(error).with_context("keep-out rule '" +
                                                  printable(rule.text, kShownBytes) + "' of " +
                                                  printable(rule.origin, kShownBytes)));
    };
    const auto read = read_rule(trim(rule.text));
    if (!read) return named(read.error());
    auto pattern = PathPattern::parse(read->pattern);
    if (!pattern) return named(pattern.error());
    return Entry{std::move(rule), *std::move(pattern), read->is_kept_out};
}

Result<KeepOut> KeepOut::parse(std::vector<KeepOutRule> rules) {
    if (rules.size() > kMaximumRules)
        return fail(Error(ErrorCode::limit_exceeded,
                          std::to_string(rules.size()) + " keep-out rules count for one blade")
                        .with_cure("at most " + std::to_string(kMaximumRules) +
                                   " are possible: one for a directory protects all below it"));
    KeepOut made;
    for (KeepOutRule& rule : rules) {
        DIM_TRY(Entry entry, parse_rule(std::move(rule)));
        made.entries_.push_back(std::move(entry));
    }
    return made;
}

Result<KeepOut> KeepOut::of(const KeepOutPlaces& places) {
    std::vector<KeepOutRule> rules;
    for (const std::string& text : places.command)
        rules.push_back({.text = text, .origin = "this command"});
    const auto add = [&](const KeepOutPlaces::Text& text, const char* where) -> Result<void> {
        DIM_TRY(const auto more, rules_of(text.rules, where + text.place));
        rules.insert(rules.end(), more.begin(), more.end());
        return {};
    };
    DIM_CHECK(add(places.blade, "the cluster definition, for "));
    DIM_CHECK(add(places.image, "image "));
    DIM_CHECK(add(places.cluster, "the cluster definition, for "));
    return parse(std::move(rules));
}

const KeepOut::Entry* KeepOut::first_match(std::string_view path, bool is_directory) const {
    const auto found = std::ranges::find_if(
        entries_, [&](const Entry& entry) { return entry.pattern.matches(path, is_directory); });
    return found == entries_.end() ? nullptr : &*found;
}

/// From the top down: below a directory that is kept out nothing is asked any more.
const KeepOut::Entry* KeepOut::deciding(std::string_view path, bool is_directory) const {
    for (std::size_t slash = path.find('/'); slash != path.npos;
         slash = path.find('/', slash + 1)) {
        const Entry* above = first_match(path.substr(0, slash), true);
        if (above != nullptr && above->is_kept_out) return above;
    }
    return first_match(path, is_directory);
}

bool KeepOut::keeps(std::string_view path, bool is_directory) const {
    const Entry* entry = deciding(path, is_directory);
    return entry != nullptr && entry->is_kept_out;
}

const KeepOutRule* KeepOut::decides(std::string_view path, bool is_directory) const {
    const Entry* entry = deciding(path, is_directory);
    return entry == nullptr ? nullptr : &entry->rule;
}

Result<std::vector<std::string>> split_rules(std::string_view text) {
    std::vector<std::string> rules;
    while (!text.empty()) {
        const std::size_t size = std::min(text.find_first_of(kSeparators), text.size());
        const std::string_view rule = trim(text.substr(0, size));
        if (!rule.empty()) rules.emplace_back(rule);
        if (rules.size() > KeepOut::kMaximumRules)
            return fail(Error(ErrorCode::limit_exceeded,
                              "there are more than " + std::to_string(KeepOut::kMaximumRules) +
                                  " keep-out rules")
                            .with_cure("one for a directory protects all below it"));
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return rules;
}

Result<std::vector<KeepOutRule>> rules_of(std::string_view text, const std::string& origin) {
    DIM_TRY(std::vector<std::string> texts, split_rules(text));
    std::vector<KeepOutRule> rules;
    rules.reserve(texts.size());
    for (std::string& rule : texts)
        rules.push_back({.text = std::move(rule), .origin = origin});
    return rules;
}

}  // namespace dim::sync
