#include "tools/historical_words.hpp"

#include <algorithm>
#include <array>

namespace dim::tool {

namespace {

enum class ImagePlace { none, first, last };

/// A command that was typed differently.
struct OldCommand {
    std::string_view noun;
    std::string_view verb;
    ImagePlace image;
    std::string_view noun_now;
};

constexpr std::array kOldCommands{
    OldCommand{"image", "create", ImagePlace::first, "blade"},
    OldCommand{"image", "delete", ImagePlace::first, "blade"},
    OldCommand{"image", "adopt", ImagePlace::first, "blade"},
    OldCommand{"nfs", "export", ImagePlace::first, "nfs"},
    OldCommand{"nfs", "unexport", ImagePlace::first, "nfs"},
    OldCommand{"dhcp", "assign", ImagePlace::last, "dhcp"},
    OldCommand{"dhcp", "unassign", ImagePlace::none, "dhcp"},
};

constexpr std::array<std::string_view, 4> kOptionsWithValue{"--socket", "--cluster", "--arch",
                                                            "--init"};
constexpr std::string_view kAll = "--all";
constexpr std::string_view kBlades = "--blades";

/// The places in WORDS of those that are neither options nor their values, the verb first.
std::vector<std::size_t> arguments_of(const std::vector<std::string>& words) {
    std::vector<std::size_t> places;
    bool takes_options = true;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!takes_options || words[i].size() < 2 || !words[i].starts_with('-')) {
            if (!places.empty() || words[i] != "help") places.push_back(i);
        } else if (words[i] == "--") {
            takes_options = false;
        } else if (std::ranges::find(kOptionsWithValue, words[i]) != kOptionsWithValue.end()) {
            ++i;
        }
    }
    return places;
}

bool take_option(std::vector<std::string>& words, std::string_view option) {
    const auto found = std::ranges::find(words, option);
    if (found == words.end() || std::find(words.begin(), found, "--") != found) return false;
    words.erase(found);
    return true;
}

/// Puts the image last, and "all" where the blades are named. OLD is what WORDS ask for.
void reorder(const OldCommand& old, std::vector<std::string>& words) {
    const std::size_t images = old.image == ImagePlace::none ? 0 : 1;
    // Beside blades by name it is a contradiction, now as before.
    const bool is_all = arguments_of(words).size() == 1 + images && take_option(words, kAll);
    const std::vector<std::size_t> places = arguments_of(words);
    if (old.image == ImagePlace::first && places.size() > 1) {
        const auto image = words.begin() + static_cast<std::ptrdiff_t>(places[1]);
        std::rotate(image, image + 1, words.end());
    }
    if (is_all) words.insert(words.begin() + static_cast<std::ptrdiff_t>(places[0]) + 1, "all");
}

}  // namespace

std::vector<std::string> historical_words(std::string_view noun, std::vector<std::string> words) {
    const std::vector<std::size_t> places = arguments_of(words);
    const std::string verb = places.empty() ? "" : words[places.front()];
    const auto old = std::ranges::find_if(kOldCommands, [&](const OldCommand& command) {
        return command.noun == noun && command.verb == verb;
    });
    std::string_view noun_now = noun;
    if (noun == "image" && verb == "list" && take_option(words, kBlades)) noun_now = "blade";
    // dim_image adopt IMAGE is about the image itself.
    const bool has_blades = places.size() > 2 || std::ranges::find(words, kAll) != words.end();
    if (old != kOldCommands.end() && (verb != "adopt" || has_blades)) {
        noun_now = old->noun_now;
        reorder(*old, words);
    }
    // dim_sync_image is `dim sync image`.
    if (const std::size_t cut = noun_now.find('_'); cut != noun_now.npos) {
        words.insert(words.begin(), std::string(noun_now.substr(cut + 1)));
        noun_now = noun_now.substr(0, cut);
    }
    words.insert(words.begin(), std::string(noun_now));
    return words;
}

}  // namespace dim::tool
