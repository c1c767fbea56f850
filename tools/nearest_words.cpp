#include "tools/nearest_words.hpp"

#include "libdim/base/edit_distance.hpp"

#include <algorithm>
#include <utility>

namespace dim::tool {

namespace {

constexpr std::size_t kMost = 4;
constexpr std::size_t kLongestWord = 64;  // what is longer was never meant to be a command

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_same(char a, char b) { return lower(a) == lower(b); }

std::string_view without_dashes(std::string_view word) {
    word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
    return word;
}

bool is_beginning(std::string_view word, std::string_view candidate) {
    return word.size() >= 2 && word.size() < candidate.size() &&
           std::ranges::equal(word, candidate.substr(0, word.size()), is_same);
}

/// Two letters of five.
bool is_near(std::size_t distance, std::string_view word, std::string_view candidate) {
    return distance * 5 <= std::max(word.size(), candidate.size()) * 2;
}

}  // namespace

std::vector<std::string> nearest_words(std::string_view word,
                                       std::span<const std::string> candidates) {
    const std::string_view bare = without_dashes(word);
    if (bare.empty() || bare.size() > kLongestWord) return {};
    std::vector<std::pair<std::size_t, std::size_t>> near;  // distance, place among the candidates
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const std::string_view other = without_dashes(candidates[i]);
        const std::size_t distance = edit_distance(bare, other);
        if (is_beginning(bare, other)) {
            near.emplace_back(1, i);
        } else if (is_near(distance, bare, other)) {
            near.emplace_back(distance, i);
        }
    }
    std::ranges::sort(near);
    std::vector<std::string> words;
    for (const auto& [distance, place] : near) {
        if (words.size() == kMost || distance > near.front().first + 1) break;
        if (std::ranges::find(words, candidates[place]) == words.end())
            words.push_back(candidates[place]);
    }
    return words;
}

std::string did_you_mean(std::string_view prefix, std::span<const std::string> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += i == 0 ? "did you mean " : (i + 1 == words.size() ? " or " : ", ");
        text.append("'").append(prefix).append(words[i]).append("'");
    }
    return text.empty() ? text : text + '?';
}

}  // namespace dim::tool
