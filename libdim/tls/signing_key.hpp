#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/random.hpp"

#include <mbedtls/pk.h>

namespace dim::tls {

/// Makes SIGNER, which is empty, of the elliptic curve key KEY, ready to sign often: it keeps the
/// multiples of the curve's base point that mbedTLS computes anew for each signature of a key as it
/// is read, which halves the time of a signature. They are computed here: from then on signing only
/// reads SIGNER, so any number of threads may at once. Errors: invalid_input when KEY is of another
/// kind.
Result<void> make_signing_key(const mbedtls_pk_context& key, Random& random,
                              mbedtls_pk_context* signer);

}  // namespace dim::tls
