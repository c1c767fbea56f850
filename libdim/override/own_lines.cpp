#include "libdim/override/own_lines.hpp"

#include "libdim/override/file_lines.hpp"

#include <algorithm>

namespace dim::overrides {

namespace {

constexpr std::string_view kBegin = "# DIM begin: written by the image server, edit nothing here\n";
constexpr std::string_view kEnd = "# DIM end\n";

}  // namespace

std::string without_own_lines(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    std::string made;
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        if (*line == kBegin) {
            const auto end = std::find(line, lines.end(), kEnd);
            if (end != lines.end()) line = end;
            continue;
        }
        if (*line != kEnd) made += *line;
    }
    return made;
}

std::string with_own_lines(std::string_view text, std::string_view lines) {
    return std::string(kBegin).append(lines).append(kEnd) + without_own_lines(text);
}

}  // namespace dim::overrides
