#include "libdim/tls/mbedtls_owned.hpp"
#include "libdim/tls/parse_certificate.hpp"
#include "libdim/tls/parse_key.hpp"
#include "libdim/tls/session_link.hpp"
#include "libdim/tls/signing_key.hpp"

#include <array>
#include <thread>
#include <vector>

#include <mbedtls/ctr_drbg.h>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

class SigningKeyTest : public ::testing::Test {
protected:
    void SetUp() override {
        const Identity identity = issue(make_authority());
        ASSERT_TRUE(parse_certificate(identity.certificate_pem, certificate.get()));
        ASSERT_TRUE(parse_key(identity.key_pem, *certificate.get(), key.get()));
    }
    bool signs() {
        const std::array<unsigned char, 32> hash{7};
        std::array<unsigned char, MBEDTLS_PK_SIGNATURE_MAX_SIZE> signature{};
        std::size_t size = 0;
        return mbedtls_pk_sign(signer.get(), MBEDTLS_MD_SHA256, hash.data(), hash.size(),
                               signature.data(), &size, mbedtls_ctr_drbg_random,
                               random_numbers().context()) == 0 &&
               mbedtls_pk_verify(&certificate->pk, MBEDTLS_MD_SHA256, hash.data(), hash.size(),
                                 signature.data(), size) == 0;
    }

    OwnedCertificate certificate;
    OwnedKey key;
    OwnedKey signer;
};

TEST_F(SigningKeyTest, RefusesWhatIsNoKey) {
    const OwnedKey empty;
    EXPECT_FALSE(make_signing_key(*empty.get(), random_numbers(), signer.get()));
}

TEST_F(SigningKeyTest, OnlyReadsItsTableFromSeveralThreads) {
    ASSERT_TRUE(make_signing_key(*key.get(), random_numbers(), signer.get()));
    const mbedtls_ecp_point* const table = mbedtls_pk_ec(*signer.get())->grp.T;
    ASSERT_NE(table, nullptr) << "it is filled by the first signature";
    std::vector<std::thread> threads(3);
    for (std::thread& thread : threads)
        thread = std::thread([this] {
            for (int round = 0; round < 5; ++round)
                EXPECT_TRUE(signs());
        });
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(mbedtls_pk_ec(*signer.get())->grp.T, table);
}

}  // namespace
}  // namespace dim::tls
