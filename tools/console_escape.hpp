#pragma once

#include <string>
#include <string_view>

namespace dim::tool {

/// Finds `~.` at the beginning of a line among what a person types, as ssh(1) does. Pure.
class ConsoleEscape {
public:
    struct Typed {
        std::string text;    ///< for the console
        bool ends = false;   ///< ~. was typed: what stood behind it is dropped
        bool helps = false;  ///< ~? was typed
    };
    /// `~~` is one `~`; any other key behind `~` is sent with it.
    Typed take(std::string_view keys);

private:
    bool is_at_begin_ = true;  ///< of a line
    bool has_tilde_ = false;
};

}  // namespace dim::tool
