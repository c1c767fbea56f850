#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/secret_text.hpp"

#include <string>
#include <string_view>

namespace dim::tls {

/// A new private key (P-256), as PEM. Not part of the agent.
Result<SecretText> make_private_key(Random& random);
/// What others may know of a private key: SubjectPublicKeyInfo as PEM (RFC 7468, section 13).
/// Errors: invalid_input.
Result<std::string> public_key_of(const SecretText& private_key_pem);

}  // namespace dim::tls
