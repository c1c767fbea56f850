#pragma once

#include "libdim/base/result.hpp"
#include "libdim/base/text.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace dim::model {

/// The words of an enumeration, each enumerator once.
template <class Enum, std::size_t Count>
using EnumWords = std::array<std::pair<Enum, std::string_view>, Count>;

/// The word of VALUE. Every enumerator must be in WORDS.
template <class Enum, std::size_t Count>
constexpr std::string_view word_of(const EnumWords<Enum, Count>& words, Enum value) {
    for (const auto& [enumerator, word] : words)
        if (enumerator == value) return word;
    std::unreachable();
}

/// The enumerator TEXT names. Errors: invalid_input, listing the words there are for a KIND ("blade
/// type").
template <class Enum, std::size_t Count>
Result<Enum> parse_word(const EnumWords<Enum, Count>& words, std::string_view kind,
                        std::string_view text) {
    std::string known;
    for (const auto& [enumerator, word] : words) {
        if (word == text) return enumerator;
        known.append(known.empty() ? "" : ", ").append(word);
    }
    return fail(ErrorCode::invalid_input, "'" + printable(text, 40) + "' is not a " +
                                              std::string(kind) + " (there are: " + known + ")");
}

}  // namespace dim::model
