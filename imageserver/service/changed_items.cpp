#include "imageserver/service/changed_items.hpp"

#include <algorithm>
#include <iterator>

namespace dim::server {

std::string changed_items(std::vector<std::string_view> before, std::vector<std::string_view> after,
                          std::string_view noun) {
    std::ranges::sort(before);
    std::ranges::sort(after);
    std::vector<std::string_view> added;
    std::vector<std::string_view> gone;
    std::ranges::set_difference(after, before, std::back_inserter(added));
    std::ranges::set_difference(before, after, std::back_inserter(gone));
    const auto count = [noun](std::size_t number) {
        return std::to_string(number) + ' ' + std::string(noun) + (number == 1 ? "" : "s");
    };
    if (added.empty() && gone.empty())
        return "the same " + std::string(noun) + "s in another order";
    if (gone.empty()) return count(added.size()) + " new";
    if (added.empty()) return count(gone.size()) + " gone";
    return count(added.size()) + " new, " + std::to_string(gone.size()) + " gone";
}

}  // namespace dim::server
