#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// What an administrator carries from the management node to a server that is to join it: by it
/// each of the two knows the other, once.
struct JoinToken {
    model::ComponentName management;  ///< whom its certificate must be for
    std::string secret;               ///< 32 hexadecimal digits
    std::string authority_pem;        ///< who must have issued it

    /// "is01.SECRET.AUTHORITY", the last being what stands between the first and the last line of
    /// the PEM. Errors: invalid_input.
    static Result<JoinToken> parse(std::string_view text);
    bool operator==(const JoinToken&) const = default;
};

/// One line for parse().
std::string token_line(const JoinToken& token);

}  // namespace dim::server
