#include "tools/console_escape.hpp"

#include <utility>

namespace dim::tool {

ConsoleEscape::Typed ConsoleEscape::take(std::string_view keys) {
    Typed typed;
    for (const char key : keys) {
        if (std::exchange(has_tilde_, false)) {
            if (key == '.') {
                typed.ends = true;
                return typed;
            }
            if (key == '?') {
                typed.helps = true;
                continue;
            }
            typed.text += '~';
            is_at_begin_ = false;
            if (key == '~') continue;
        } else if (key == '~' && is_at_begin_) {
            has_tilde_ = true;
            continue;
        }
        typed.text += key;
        is_at_begin_ = key == '\r' || key == '\n';
    }
    return typed;
}

}  // namespace dim::tool
