#include "tools/output/terminal_text.hpp"

namespace dim::tool {

namespace {

bool is_control(unsigned char byte) {
    return (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;
}

/// Whether TEXT has one of U+0080 to U+009F at PLACE.
bool is_high_control(std::string_view text, std::size_t place) {
    if (place + 1 >= text.size() || text[place] != '\xc2') return false;
    const auto second = static_cast<unsigned char>(text[place + 1]);
    return second >= 0x80 && second <= 0x9f;
}

}  // namespace

std::string terminal_text(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_high_control(text, i)) {
            safe += '?';
            ++i;
        } else {
            safe += is_control(static_cast<unsigned char>(text[i])) ? '?' : text[i];
        }
    }
    return safe;
}

std::string prefix_lines(std::string_view text, std::string_view prefix) {
    std::string lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        lines.append(prefix).append(line).append("\n");
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    }
    return lines;
}

}  // namespace dim::tool
