#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dim::server {

/// How AFTER differs from BEFORE, in any order: "3 lines new, 1 gone" for NOUN "line"; "the same
/// lines in another order" when both have the same items.
std::string changed_items(std::vector<std::string_view> before, std::vector<std::string_view> after,
                          std::string_view noun);

}  // namespace dim::server
