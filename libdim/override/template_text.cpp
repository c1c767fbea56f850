#include "libdim/override/template_text.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::overrides {

namespace {

constexpr std::size_t kWordShown = 40;
constexpr std::string_view kNoWord = " \t\r\n";

std::string place(std::string_view file, std::string_view text, std::size_t offset) {
    const auto line = 1 + std::ranges::count(text.substr(0, offset), '\n');
    return std::string(file) + ", line " + std::to_string(line) + ": ";
}

std::string list_of(const Words& words) {
    std::string list;
    for (const auto& [word, value] : words)
        list += (list.empty() ? "{" : ", {") + word + '}';
    return list;
}

Error unknown_word(std::string message, const Words& words) {
    return Error(ErrorCode::invalid_input, std::move(message))
        .with_cure("there are " + list_of(words) +
                   "; write '{{' for a brace, or let the file's name end in '" +
                   std::string(kVerbatimEnding) + "' to have it copied as it is");
}

}  // namespace

Result<std::string> substitute(std::string_view text, const Words& words, std::string_view file) {
    std::string made;
    for (std::size_t at = 0;;) {
        const std::size_t brace = text.find('{', at);
        made.append(text.substr(at, brace - at));
        if (made.size() > kTextLimit)
            return fail(ErrorCode::limit_exceeded, std::string(file) + ": becomes longer than " +
                                                       std::to_string(kTextLimit) + " bytes");
        if (brace == text.npos) return made;
        const std::string_view rest = text.substr(brace + 1);
        if (rest.starts_with('{') || rest.empty() || kNoWord.contains(rest.front())) {
            made += '{';
            at = brace + (rest.starts_with('{') ? 2 : 1);
            continue;
        }
        const std::size_t end = rest.find_first_of("{}\n");
        if (end == rest.npos || rest[end] != '}')
            return fail(
                unknown_word(place(file, text, brace) + "'{" +
                                 printable(rest.substr(0, std::min(end, kWordShown)), kWordShown) +
                                 "' is not closed",
                             words));
        const auto word = words.find(rest.substr(0, end));
        if (word == words.end())
            return fail(unknown_word(place(file, text, brace) + "there is no word '{" +
                                         printable(rest.substr(0, end), kWordShown) + "}'",
                                     words));
        made += word->second;
        at = brace + end + 2;
    }
}

bool is_binary(std::string_view bytes) { return bytes.contains('\0'); }

}  // namespace dim::overrides
