#include "libdim/cluster/definition/device_name.hpp"

#include "libdim/base/text.hpp"

namespace dim::cluster {

namespace {

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_alphanumeric(char character) {
    return kAlphanumeric.find(character) != std::string_view::npos;
}

}  // namespace

Result<DeviceName> DeviceName::parse(std::string_view text) {
    bool is_good = !text.empty() && text.size() <= 15 && is_alphanumeric(text.front());
    for (const char character : text)
        is_good = is_good && (is_alphanumeric(character) || character == '.' || character == '_' ||
                              character == '-');
    if (!is_good) {
        return fail(Error(ErrorCode::invalid_input,
                          "'" + printable(text, 40) + "' is not the name of a network interface")
                        .with_cure("use 1 to 15 letters, digits, '.', '_' and '-', as `ip link` "
                                   "shows it: eth0"));
    }
    return DeviceName(std::string(text));
}

}  // namespace dim::cluster
