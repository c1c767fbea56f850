#include "libdim/model/platform_row.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::model {

namespace {

constexpr std::size_t kLongestModule = 55;  // MODULE_NAME_LEN of the kernel, without its NUL

bool can_be_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

}  // namespace

Result<std::string> parse_module_name(std::string_view text) {
    if (text.empty() || text.size() > kLongestModule || text.front() == '-' ||
        !std::ranges::all_of(text, can_be_in_name))
        return fail(Error(ErrorCode::invalid_input,
                          "'" + printable(text, 40) + "' is not the name of a kernel module")
                        .with_cure("give it as lsmod(8) shows it, without path and .ko"));
    std::string name(text);
    std::ranges::replace(name, '-', '_');
    return name;
}

}  // namespace dim::model
