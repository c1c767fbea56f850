#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/secret_text.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace dim::snmp {

/// SNMPv1 (RFC 1157): one word, sent in the clear.
struct Community {
    tls::SecretText text;
};

/// RFC 3414 (MD5, SHA-1) and what management modules have no more of.
enum class Authentication { md5, sha };
/// RFC 3414 (DES), RFC 3826 (AES-128).
enum class Privacy { none, des, aes };

/// SNMPv3's user-based security model (RFC 3414); always authenticated.
struct User {
    std::string name;
    Authentication authentication = Authentication::sha;
    tls::SecretText authentication_passphrase;
    Privacy privacy = Privacy::none;
    tls::SecretText privacy_passphrase;  ///< empty with Privacy::none
};

/// Who we are to an agent; the kind decides the version of the protocol. Not to be printed.
using Credentials = std::variant<Community, User>;

/// Lines of a credentials file, in any order; '#' begins a comment line. Either
///     community WORD
/// or
///     user NAME
///     auth md5|sha PASSPHRASE
///     privacy des|aes PASSPHRASE      (may be absent)
/// A passphrase is the rest of its line and has at least 8 bytes (RFC 3414, section 11.2). Errors:
/// invalid_input, which names the line's number and never its text.
Result<Credentials> parse_credentials(std::string_view text);

}  // namespace dim::snmp
