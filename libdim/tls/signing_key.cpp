#include "libdim/tls/signing_key.hpp"

#include "libdim/tls/mbedtls_error.hpp"

#include <array>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecdsa.h>

namespace dim::tls {

namespace {

/// The first signature fills the table of its group (ecp_mul_comb of mbedTLS 2.28).
int fill_table(mbedtls_pk_context* signer, Random& random) {
    const std::array<unsigned char, 32> hash{1};
    std::array<unsigned char, MBEDTLS_PK_SIGNATURE_MAX_SIZE> signature{};
    std::size_t size = 0;
    return mbedtls_pk_sign(signer, MBEDTLS_MD_SHA256, hash.data(), hash.size(), signature.data(),
                           &size, mbedtls_ctr_drbg_random, random.context());
}

}  // namespace

Result<void> make_signing_key(const mbedtls_pk_context& key, Random& random,
                              mbedtls_pk_context* signer) {
    if (mbedtls_pk_get_type(&key) != MBEDTLS_PK_ECKEY)
        return fail(ErrorCode::invalid_input, "the key is not one of an elliptic curve");
    int error = mbedtls_pk_setup(signer, mbedtls_pk_info_from_type(MBEDTLS_PK_ECDSA));
    if (error == 0) error = mbedtls_ecdsa_from_keypair(mbedtls_pk_ec(*signer), mbedtls_pk_ec(key));
    if (error == 0) error = fill_table(signer, random);
    if (error != 0) return fail(mbedtls_failure(ErrorCode::internal, "prepare the key", error));
    return {};
}

}  // namespace dim::tls
