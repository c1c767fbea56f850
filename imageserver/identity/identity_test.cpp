#include "imageserver/identity/identity.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/certificate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;

class IdentityTest : public ::testing::Test {
protected:
    Identity::Settings settings(const char* server = "is01") const {
        return {.directory = directory_ / "identity",
                .cluster = "test",
                .server = *model::ComponentName::parse(server),
                .addresses = {*model::Ipv4Address::parse("10.1.0.1")}};
    }
    std::string read(const char* name) const {
        return sys::read_file(directory_ / (std::string("identity/") + name)).value();
    }
    mode_t mode_of(const std::string& path) const { return sys::stat(path)->mode & 07777; }

    dim::testing::TemporaryDirectory directory_;
    tls::Random random_ = *tls::Random::create();
    const std::int64_t now_ = sys::realtime_us() / 1'000'000;
};

TEST_F(IdentityTest, ADamagedAuthorityIsAnErrorAndIsNotReplaced) {
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "identity/ca.crt", "no certificate"));
    const auto opened = Identity::open(random_, settings(), now_);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::invalid_input);
    EXPECT_FALSE(opened.error().cure().empty());
    EXPECT_EQ(read("ca.crt"), "no certificate");
}

TEST_F(IdentityTest, AMissingAuthorityKeyIsAnError) {
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    ASSERT_TRUE(sys::unlink(directory_ / "identity/ca.key"));
    const auto opened = Identity::open(random_, settings(), now_);
    ASSERT_FALSE(opened);
    EXPECT_FALSE(opened.error().cure().empty());
}

TEST_F(IdentityTest, KeysAreForTheirOwnerOnly) {
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    EXPECT_EQ(mode_of(directory_ / "identity"), 0700U);
    EXPECT_EQ(mode_of(directory_ / "identity/ca.key"), 0600U);
    EXPECT_EQ(mode_of(directory_ / "identity/server.key"), 0600U);
    EXPECT_EQ(mode_of(directory_ / "identity/ca.crt"), 0644U);
}

TEST_F(IdentityTest, ASecondStartKeepsEverything) {
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    const std::string authority = read("ca.crt");
    const std::string server = read("server.crt");
    const auto again = Identity::open(random_, settings(), now_ + 86'400);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_EQ(read("ca.crt"), authority);
    EXPECT_EQ(read("server.crt"), server);
    EXPECT_EQ(again->authority_pem(), authority);
    EXPECT_TRUE(again->server_settings());
}

TEST_F(IdentityTest, AHalfMadeDirectoryIsMadeAgain) {
    ASSERT_TRUE(sys::mkdir(directory_ / "identity.new", 0755));
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "identity.new/ca.key", "half"));
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    EXPECT_EQ(mode_of(directory_ / "identity"), 0700U);
}

TEST_F(IdentityTest, AnotherNameGetsAnotherServerCertificateOfTheSameAuthority) {
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    const std::string authority = read("ca.crt");
    ASSERT_TRUE(Identity::open(random_, settings("is02"), now_));
    EXPECT_EQ(read("ca.crt"), authority);
    const auto info = tls::describe_certificate(read("server.crt"));
    EXPECT_THAT(info->dns_names, ElementsAre("is02"));
    EXPECT_THAT(info->addresses, ElementsAre(0x0a010001U));
}

TEST_F(IdentityTest, ARenewalCutShortIsFinished) {
    ASSERT_TRUE(Identity::open(random_, settings(), now_));
    const std::string old = read("server.crt");
    // The new key is there, the new certificate is not.
    ASSERT_TRUE(
        sys::write_file_atomically(directory_ / "identity/server.key", read("ca.key"), 0600));
    const auto opened = Identity::open(random_, settings(), now_);
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_NE(read("server.crt"), old);
    EXPECT_TRUE(opened->server_settings());
}

TEST_F(IdentityTest, TheServerCertificateIsRenewedInTime) {
    auto identity = Identity::open(random_, settings(), now_);
    const std::string old = read("server.crt");
    const std::int64_t due = now_ + Identity::kServerSeconds - Identity::kRenewSeconds + 1;
    EXPECT_FALSE(*identity->renew_if_due(due - 2));
    EXPECT_EQ(read("server.crt"), old);
    EXPECT_TRUE(*identity->renew_if_due(due));
    EXPECT_NE(read("server.crt"), old);
}

}  // namespace
}  // namespace dim::server
