#pragma once

#include <string_view>
#include <vector>

namespace dim::overrides {

/// The lines of TEXT with their line feeds, which the last may lack; together they are TEXT.
inline std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::size_t size = end == text.npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return lines;
}

}  // namespace dim::overrides
