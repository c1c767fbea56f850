#include "libdim/tls/authority.hpp"
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

}  // namespace
}  // namespace dim::tls
