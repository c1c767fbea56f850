#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dim::tool {

/// The words of the historical program dim_NOUN ("image" of dim_image) as those of `dim`. It goes
/// on to accept what it accepted: an image before the blades, --all, and blade images as what
/// dim_image was about. "create granite s01c1b01" of "image" is
/// {"blade", "create", "s01c1b01", "granite"}; what means the same today stays as it is.
std::vector<std::string> historical_words(std::string_view noun, std::vector<std::string> words);

}  // namespace dim::tool
