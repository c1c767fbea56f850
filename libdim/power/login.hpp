#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/secret_text.hpp"

#include <string>
#include <string_view>

namespace dim::power {

/// Who we are to a BMC, or to the command line of a management module. Not to be printed.
struct Login {
    std::string user;
    tls::SecretText password;
};

/// Lines of a credentials file, in any order; '#' begins a comment line:
///     user NAME
///     password TEXT
/// The password is the rest of its line; neither has control characters. Errors: invalid_input,
/// which names the line's number and never its text.
Result<Login> parse_login(std::string_view text);

}  // namespace dim::power
