#include "libdim/tls/certificate.hpp"
#include "libdim/tls/session_link.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

TEST(Certificate, SaysWhatWasIssued) {
    const Authority authority = make_authority();
    const Validity validity{now() - 100, now() + 12345};
    const Identity identity = authority
                                  .issue_server(random_numbers(),
                                                {.common_name = "s01",
                                                 .dns_names = {"s01", std::string(200, 'n')},
                                                 .addresses = {0x0a010203, 0xfffffffe}},
                                                validity)
                                  .value();
    const CertificateInfo info = describe_certificate(identity.certificate_pem).value();
    EXPECT_EQ(info.common_name, "s01");
    EXPECT_EQ(info.not_before, validity.not_before);
    EXPECT_EQ(info.not_after, validity.not_after);
    EXPECT_EQ(info.dns_names, (std::vector<std::string>{"s01", std::string(200, 'n')}));
    EXPECT_EQ(info.addresses, (std::vector<std::uint32_t>{0x0a010203, 0xfffffffe}));
    EXPECT_FALSE(info.is_authority);
    EXPECT_EQ(info.fingerprint.size(), 64U);
    EXPECT_TRUE(describe_certificate(authority.certificate_pem())->is_authority);
    EXPECT_NE(describe_certificate(authority.certificate_pem())->fingerprint, info.fingerprint);
    EXPECT_FALSE(describe_certificate("rubbish"));
}

TEST(Certificate, IsIssuedByOneAuthorityOfSeveralWithTheSameName) {
    const Authority authority = make_authority();
    const Authority other = make_authority();
    const Validity past{now() - 2 * kDay, now() - kDay};
    for (const Validity validity : {valid_now(), past}) {
        const Identity server = issue(authority, kName, validity);
        EXPECT_TRUE(is_issued_by(server.certificate_pem, authority.certificate_pem()).value());
        EXPECT_FALSE(is_issued_by(server.certificate_pem, other.certificate_pem()).value());
    }
    EXPECT_FALSE(is_issued_by("rubbish", authority.certificate_pem()));
}

}  // namespace
}  // namespace dim::tls
