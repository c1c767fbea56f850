#include "libdim/tls/key_pair.hpp"

#include "libdim/tls/issue_certificate.hpp"
#include "libdim/tls/mbedtls_error.hpp"
#include "libdim/tls/mbedtls_owned.hpp"

#include <array>

namespace dim::tls {

namespace {
constexpr std::size_t kPublicKeyLimit = 1024;
}  // namespace

Result<SecretText> make_private_key(Random& random) {
    OwnedKey key;
    DIM_CHECK(generate_key(random, key.get()));
    return write_key(key.get());
}

Result<std::string> public_key_of(const SecretText& private_key_pem) {
    // The view of a SecretText is followed by a zero, which mbedTLS wants to see.
    const std::string_view text = private_key_pem.view();
    OwnedKey key;
    int error = mbedtls_pk_parse_key(key.get(), reinterpret_cast<const unsigned char*>(text.data()),
                                     text.size() + 1, nullptr, 0);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::invalid_input, "read key", error));
    std::array<unsigned char, kPublicKeyLimit> pem;
    error = mbedtls_pk_write_pubkey_pem(key.get(), pem.data(), pem.size());
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "write a public key", error));
    return std::string(reinterpret_cast<const char*>(pem.data()));
}

}  // namespace dim::tls
