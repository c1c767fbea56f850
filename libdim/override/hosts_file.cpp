#include "libdim/override/hosts_file.hpp"

#include "libdim/override/file_lines.hpp"

#include <algorithm>

namespace dim::overrides {

namespace {

constexpr std::string_view kBegin = "# DIM begin: written by the image server, edit nothing here\n";
constexpr std::string_view kEnd = "# DIM end\n";

}  // namespace

std::string without_host_lines(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    std::string made;
    for (auto line = lines.begin(); line != lines.end(); ++line) {
        if (*line == kBegin) {
            // Without an end nobody knows what was DIM's: only the comment goes.
            const auto end = std::find(line, lines.end(), kEnd);
            if (end != lines.end()) line = end;
            continue;
        }
        if (*line != kEnd) made += *line;
    }
    return made;
}

std::string with_host_lines(std::string_view text, std::span<const HostLine> lines) {
    std::string made(kBegin);
    for (const HostLine& line : lines) {
        made += line.address;
        char separator = '\t';
        for (const std::string& name : line.names) {
            made += separator + name;
            separator = ' ';
        }
        made += '\n';
    }
    made += kEnd;
    return made + without_host_lines(text);
}

}  // namespace dim::overrides
