#include "libdim/override/setting_lines.hpp"

#include "libdim/base/text.hpp"
#include "libdim/override/file_lines.hpp"

namespace dim::overrides {

std::string with_setting(std::string_view text, std::string_view name, std::string_view value,
                         std::string_view why) {
    const std::string beginning = std::string(name) + "=";
    const std::string wanted = beginning + std::string(value);
    std::string made;
    bool has_it = false;
    for (const std::string_view line : lines_of(text)) {
        const bool is_it = trim(line) == wanted;
        has_it = has_it || is_it;
        if (!is_it && trim(line).starts_with(beginning)) made += why;
        made += line;
    }
    if (has_it) return made;
    if (!made.empty() && !made.ends_with('\n')) made += '\n';
    return made + wanted + '\n';
}

}  // namespace dim::overrides
