#include "initagent/kernel_command_line.hpp"

#include <utility>

namespace dim::agent {

namespace {

/// What the kernel's isspace() takes for a blank.
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0'; }

/// The next word without its quotes; TEXT loses it and the blanks before it.
std::string take_word(std::string_view& text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    std::string word;
    bool is_quoted = false;
    std::size_t at = 0;
    for (; at < text.size() && (is_quoted || !is_blank(text[at])); ++at) {
        if (text[at] == '"')
            is_quoted = !is_quoted;
        else
            word += text[at];
    }
    text.remove_prefix(at);
    return word;
}

std::string quoted_if_needed(const std::string& word) {
    for (const char c : word)
        if (is_blank(c)) return '"' + word + '"';
    return word;
}

}  // namespace

Result<std::vector<CommandLineWord>> parse_command_line(std::string_view text) {
    if (text.size() > kCommandLineLimit) {
        return fail(ErrorCode::limit_exceeded, "the kernel command line is longer than " +
                                                   std::to_string(kCommandLineLimit) + " bytes");
    }
    std::vector<CommandLineWord> words;
    while (!text.empty()) {
        const std::string word = take_word(text);
        if (word.empty()) continue;
        if (word == "--") break;
        // The kernel takes "=x" for a word without a value.
        const auto equals = word.find('=', 1);
        if (equals == std::string::npos)
            words.push_back({word, std::nullopt});
        else
            words.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
    return words;
}

std::string to_string(const std::vector<CommandLineWord>& words) {
    std::string text;
    for (const CommandLineWord& word : words) {
        if (!text.empty()) text += ' ';
        text += quoted_if_needed(word.value ? word.name + '=' + *word.value : word.name);
    }
    return text;
}

}  // namespace dim::agent
