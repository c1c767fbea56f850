#include "tools/stagger.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <cstdint>
#include <string>

namespace dim::tool {

namespace {

bool take_end(std::string_view& text, std::string_view end) {
    if (!text.ends_with(end)) return false;
    text.remove_suffix(end.size());
    return true;
}

}  // namespace

Result<std::chrono::milliseconds> parse_stagger(std::string_view text) {
    using std::chrono::milliseconds;
    std::string_view number = text;
    take_end(number, "/chassis");
    const bool is_milliseconds = take_end(number, "ms");
    if (!is_milliseconds) take_end(number, "s");
    const std::int64_t unit = is_milliseconds ? 1 : 1000;
    const auto count =
        parse_number<std::int64_t>(number, 0, milliseconds(kLongestStagger).count() / unit);
    if (count) return milliseconds(*count * unit);
    return fail(Error(ErrorCode::invalid_input, "'" + printable(text, 40) +
                                                    "' is no time between "
                                                    "blades")
                    .with_cure("seconds or milliseconds, at most an hour: 2, 2s, 500ms, "
                               "2s/chassis"));
}

}  // namespace dim::tool
