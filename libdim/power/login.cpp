#include "libdim/power/login.hpp"

#include "libdim/tls/secret_lines.hpp"

#include <algorithm>

namespace dim::power {

namespace {

constexpr std::size_t kLoginLimit = 64;
constexpr const char* kLoginForm = "two lines: 'user NAME' and 'password TEXT'";

std::unexpected<Error> wrong_login(std::string message) {
    return fail(Error(ErrorCode::invalid_input, std::move(message)).with_cure(kLoginForm));
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

}  // namespace

Result<Login> parse_login(std::string_view text) {
    std::string_view user;
    std::string_view password;
    auto read = tls::read_secret_lines(
        text, [&](std::string_view key, std::string_view value) -> Result<void> {
            if (key != "user" && key != "password") return wrong_login("not a line of a login");
            std::string_view& slot = key == "user" ? user : password;
            if (!slot.empty()) return wrong_login("the same a second time");
            if (value.size() > kLoginLimit) return wrong_login("more than 64 bytes");
            if (std::ranges::any_of(value, is_control)) return wrong_login("a control character");
            slot = value;
            return {};
        });
    if (!read) return fail(std::move(read).error().with_default_cure(kLoginForm));
    if (user.empty()) return wrong_login("no user");
    if (password.empty()) return wrong_login("no password");
    return Login{std::string(user), tls::SecretText(std::string(password))};
}

}  // namespace dim::power
