#include "libdim/tls/authority.hpp"
#include "libdim/tls/key_pair.hpp"
#include "libdim/tls/session_link.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::tls {
namespace {

TEST(Authority, RefusesNamesThatCannotBeInACertificate) {
    const Authority authority = make_authority();
    const auto issue_for = [&](const ServerNames& names) {
        return authority.issue_server(random_numbers(), names, valid_now());
    };
    EXPECT_FALSE(issue_for({.common_name = "a,O=evil", .dns_names = {"a"}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "", .dns_names = {"a"}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a", .dns_names = {"*.evil"}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a", .dns_names = {""}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a", .dns_names = {}, .addresses = {}}));
    EXPECT_FALSE(issue_for({.common_name = "a",
                            .dns_names = std::vector<std::string>(kSubjectNamesLimit + 1, "a"),
                            .addresses = {}}));
    EXPECT_FALSE(authority.issue_server(random_numbers(),
                                        {.common_name = "a", .dns_names = {"a"}, .addresses = {}},
                                        {now(), now() - 1}));
}

TEST(Authority, LoadsOnlyAMatchingPair) {
    const Authority first = make_authority();
    const Authority second = make_authority();
    const auto copy = [](const SecretText& secret) {
        return SecretText(std::string(secret.view()));
    };
    EXPECT_TRUE(Authority::load(first.certificate_pem(), copy(first.key_pem())));
    EXPECT_FALSE(Authority::load(first.certificate_pem(), copy(second.key_pem())));
    EXPECT_FALSE(Authority::load("", copy(first.key_pem())));
    EXPECT_FALSE(Authority::load(first.certificate_pem(), SecretText("rubbish")));
    const Identity server = issue(first);
    const auto no_authority = Authority::load(server.certificate_pem, copy(server.key_pem));
    ASSERT_FALSE(no_authority);
    EXPECT_EQ(no_authority.error().message(), "the certificate is not an authority's");
}

TEST(Authority, LoadedOneIssuesWhatTheFirstOneVouchesFor) {
    const Authority first = make_authority();
    const Authority loaded =
        Authority::load(first.certificate_pem(), SecretText(std::string(first.key_pem().view())))
            .value();
    Link link(first, issue(loaded));
    link.shake_hands();
    EXPECT_TRUE(link.is_client_done) << link.client_error;
}

TEST(Authority, IssuesForAPublicKeyOfItsOwnKind) {
    const Authority authority = make_authority();
    EXPECT_FALSE(authority.issue_peer(random_numbers(), "is02", "", valid_now()));
    EXPECT_FALSE(
        authority.issue_peer(random_numbers(), "is02", authority.certificate_pem(), valid_now()));
    const SecretText key = make_private_key(random_numbers()).value();
    const std::string public_key = public_key_of(key).value();
    EXPECT_EQ(public_key.find("PRIVATE"), std::string::npos);
    EXPECT_FALSE(authority.issue_peer(random_numbers(), "is02,CN=is01", public_key, valid_now()));
    EXPECT_TRUE(authority.issue_peer(random_numbers(), "is02", public_key, valid_now()));
    EXPECT_FALSE(public_key_of(SecretText(std::string("no key"))));
    // P-384
    constexpr const char* kOther =
        "-----BEGIN PUBLIC KEY-----\n"
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEJfWx3XppmSaW9j0d7CeG8tDm2ivSbe71\n"
        "6IUkzJnbLRZJ5n7XFoAQaXLUb8ZYj67PwW4wJK2D89816yxc5fnZcr8RTdQNYE72\n"
        "2ta+U/4GPSPpTH72hDuhSN6VMZlGJIQx\n"
        "-----END PUBLIC KEY-----\n";
    const auto other = authority.issue_peer(random_numbers(), "is02", kOther, valid_now());
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().message(), "the public key is of another kind than P-256");
}

}  // namespace
}  // namespace dim::tls
