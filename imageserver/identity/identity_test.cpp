#include "imageserver/identity/identity.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/fork_child.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/certificate.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kNow = 1'790'000'000;

class IdentityTest : public ::testing::Test {
protected:
    Identity::Settings settings(std::string_view server = "is01",
                                std::uint32_t address = 0x0a010001) {
        return {.directory = path_,
                .cluster = "demo",
                .server = model::ComponentName::parse(server).value(),
                .addresses = {model::Ipv4Address(address)}};
    }
    Result<Identity> open(std::int64_t now = kNow) {
        return Identity::open(random_, settings(), now);
    }
    std::string file(const std::string& name) {
        return sys::read_file(path_ + "/" + name).value_or("(none)");
    }
    void put(const std::string& name, std::string_view text, mode_t mode = 0600) {
        ASSERT_TRUE(sys::write_file_atomically(path_ + "/" + name, text, mode));
    }
    tls::CertificateInfo server() { return tls::describe_certificate(file("server.crt")).value(); }
    mode_t mode(const std::string& path) { return sys::stat(path).value().mode & 07777; }

    /// The error that opening must give; it must have a cure and change nothing.
    Error refusal() {
        std::string before;
        for (const std::string name : {"ca.key", "ca.crt", "server.key", "server.crt"})
            before += file(name);
        const auto opened = open();
        EXPECT_FALSE(opened);
        std::string after;
        for (const std::string name : {"ca.key", "ca.crt", "server.key", "server.crt"})
            after += file(name);
        EXPECT_EQ(before, after);
        if (opened) return Error(ErrorCode::internal, "");
        EXPECT_FALSE(opened.error().cure().empty());
        return opened.error();
    }

    tls::Random random_ = tls::Random::create().value();
    dim::testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "state/identity";
};

TEST_F(IdentityTest, NeverReplacesADamagedAuthority) {
    for (const std::string name : {"ca.key", "ca.crt"}) {
        ASSERT_TRUE(open());
        const std::string good = file(name);
        for (const std::string& bad :
             {std::string("not PEM"), std::string(), good.substr(0, good.size() / 2)}) {
            put(name, bad);
            const Error error = refusal();
            EXPECT_THAT(error.message(), HasSubstr("authority"));
            EXPECT_THAT(error.cure(), HasSubstr("backup"));
        }
        ASSERT_TRUE(sys::unlink(path_ + "/" + name));
        EXPECT_THAT(refusal().message(), HasSubstr(name));
        put(name, good);
    }
    EXPECT_TRUE(open());
}

TEST_F(IdentityTest, RefusesAnAuthoritysKeyThatIsNotItsCertificates) {
    ASSERT_TRUE(open());
    const std::string key = file("server.key");
    put("ca.key", key);
    EXPECT_THAT(refusal().message(), HasSubstr("authority"));
}

TEST_F(IdentityTest, NeverReplacesADamagedServerPair) {
    ASSERT_TRUE(open());
    for (const std::string name : {"server.key", "server.crt"}) {
        const std::string good = file(name);
        put(name, "not PEM");
        EXPECT_THAT(refusal().cure(), HasSubstr("remove server.key and server.crt"));
        ASSERT_TRUE(sys::unlink(path_ + "/" + name));
        EXPECT_THAT(refusal().message(), HasSubstr(name + " is missing"));
        put(name, good);
    }
    put("server.key", file("ca.key"));
    EXPECT_THAT(refusal().cure(), HasSubstr("remove server.key and server.crt"));
}

TEST_F(IdentityTest, MakesEverythingOnTheFirstStart) {
    const auto identity = open();
    ASSERT_TRUE(identity) << to_string(identity.error());
    EXPECT_THAT(sys::list_names(path_).value(),
                ElementsAre("ca.crt", "ca.key", "server.crt", "server.key"));
    EXPECT_THAT(sys::list_names(directory_ / "state").value(), ElementsAre("identity"));
    EXPECT_EQ(mode(path_), 0700U);
    EXPECT_EQ(mode(path_ + "/ca.key"), 0600U);
    EXPECT_EQ(mode(path_ + "/server.key"), 0600U);
    const auto authority = tls::describe_certificate(identity->authority_pem()).value();
    EXPECT_TRUE(authority.is_authority);
    EXPECT_EQ(authority.common_name, "demo");
    EXPECT_EQ(authority.not_after, kNow + Identity::kAuthoritySeconds);
    EXPECT_EQ(server().common_name, "is01");
    EXPECT_THAT(server().dns_names, ElementsAre("is01"));
    EXPECT_THAT(server().addresses, ElementsAre(0x0a010001U));
    EXPECT_FALSE(server().is_authority);
    EXPECT_TRUE(identity->server_settings());
    EXPECT_EQ(sys::read_file(identity->authority_path()).value(), identity->authority_pem());
}

TEST_F(IdentityTest, TakesAnEmptyDirectoryAsAFirstStart) {
    ASSERT_TRUE(sys::ensure_directory(path_, 0755));
    ASSERT_TRUE(open());
    EXPECT_EQ(mode(path_), 0700U);
}

TEST_F(IdentityTest, ChangesNothingOnFurtherStarts) {
    ASSERT_TRUE(open());
    const std::string before = file("ca.key") + file("ca.crt") + file("server.crt");
    ASSERT_TRUE(open(kNow + 100 * Identity::kDay));
    EXPECT_EQ(file("ca.key") + file("ca.crt") + file("server.crt"), before);
}

TEST_F(IdentityTest, TakesAccessFromOthers) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(sys::chmod(path_, 0755));
    ASSERT_TRUE(sys::chmod(path_ + "/ca.key", 0644));
    ASSERT_TRUE(open());
    EXPECT_EQ(mode(path_), 0700U);
    EXPECT_EQ(mode(path_ + "/ca.key"), 0600U);
}

TEST_F(IdentityTest, RenewsBeforeTheCertificateExpires) {
    auto identity = open();
    ASSERT_TRUE(identity);
    const std::string authority = file("ca.crt");
    const std::string before = server().fingerprint;
    const std::int64_t due = kNow + Identity::kServerSeconds - Identity::kRenewSeconds;
    EXPECT_EQ(identity->renew_if_due(due).value(), false);
    EXPECT_EQ(server().fingerprint, before);
    EXPECT_EQ(identity->renew_if_due(due + 1).value(), true);
    EXPECT_NE(server().fingerprint, before);
    EXPECT_EQ(server().not_after, due + 1 + Identity::kServerSeconds);
    EXPECT_EQ(identity->renew_if_due(due + 1).value(), false);
    EXPECT_TRUE(identity->server_settings());
    EXPECT_EQ(file("ca.crt"), authority);
    EXPECT_EQ(mode(path_ + "/server.key"), 0600U);
    // A certificate made while the clock was wrong.
    EXPECT_EQ(identity->renew_if_due(kNow).value(), true);
}

TEST_F(IdentityTest, FollowsTheServersNameAndAddress) {
    ASSERT_TRUE(open());
    const std::string authority = file("ca.crt");
    ASSERT_TRUE(Identity::open(random_, settings("is02"), kNow));
    EXPECT_THAT(server().dns_names, ElementsAre("is02"));
    ASSERT_TRUE(Identity::open(random_, settings("is02", 0x0a020001), kNow));
    EXPECT_THAT(server().addresses, ElementsAre(0x0a020001U));
    EXPECT_EQ(file("ca.crt"), authority);
}

TEST_F(IdentityTest, MakesAServerPairThatSomebodyRemoved) {
    ASSERT_TRUE(open());
    ASSERT_TRUE(sys::unlink(path_ + "/server.key"));
    ASSERT_TRUE(sys::unlink(path_ + "/server.crt"));
    ASSERT_TRUE(open());
    EXPECT_EQ(server().common_name, "is01");
}

TEST_F(IdentityTest, FinishesARenewalThatWasKilledBetweenItsTwoFiles) {
    auto identity = open();
    ASSERT_TRUE(identity);
    const std::string old_certificate = file("server.crt");
    ASSERT_TRUE(identity->renew_if_due(kNow + Identity::kServerSeconds));
    ASSERT_TRUE(sys::mkdir(path_ + "/renewal", 0700));
    put("renewal/server.key", file("server.key"));
    put("renewal/server.crt", file("server.crt"));
    const std::string new_certificate = file("server.crt");
    put("server.crt", old_certificate);
    ASSERT_TRUE(sys::mkdir(path_ + "/renewal.new", 0700));
    ASSERT_TRUE(open(kNow + Identity::kServerSeconds));
    EXPECT_EQ(file("server.crt"), new_certificate);
    EXPECT_THAT(sys::list_names(path_).value(),
                ElementsAre("ca.crt", "ca.key", "server.crt", "server.key"));
}

/// Kills a process that does WORK after each number of milliseconds and then looks what is left.
void kill_while(const std::function<Result<void>()>& work, const std::function<void()>& look) {
    for (int milliseconds = 0; milliseconds < 60; ++milliseconds) {
        (void)sys::fork_child(work, std::chrono::milliseconds(milliseconds));
        look();
        if (::testing::Test::HasFailure()) return;
    }
}

TEST_F(IdentityTest, IsWholeOrNotThereWhereverTheFirstStartIsKilled) {
    int round = 0;
    const auto work = [&]() -> Result<void> {
        // Without end, so that the kill falls into the middle of one.
        for (int count = 0;; ++count) {
            path_ = directory_ / ("state/" + std::to_string(round) + "-" + std::to_string(count));
            DIM_CHECK(open());
        }
    };
    kill_while(work, [&] {
        const auto made = sys::list_names(directory_ / "state");
        for (const std::string& name : made.value_or(std::vector<std::string>{})) {
            if (!name.starts_with(std::to_string(round) + "-") || name.ends_with(".new")) continue;
            path_ = directory_ / ("state/" + name);
            EXPECT_THAT(sys::list_names(path_).value(),
                        ElementsAre("ca.crt", "ca.key", "server.crt", "server.key"));
            const std::string before = file("ca.crt");
            EXPECT_TRUE(open());
            EXPECT_EQ(file("ca.crt"), before);
        }
        ++round;
    });
    EXPECT_GT(sys::list_names(directory_ / "state").value().size(), 10U);
}

TEST_F(IdentityTest, HasAWholePairWhereverARenewalIsKilled) {
    ASSERT_TRUE(open());
    const std::string authority = file("ca.crt");
    const auto work = [&]() -> Result<void> {
        DIM_TRY(Identity identity, open());
        for (std::int64_t now = kNow;; now += Identity::kServerSeconds)
            DIM_CHECK(identity.renew_if_due(now));
    };
    kill_while(work, [&] {
        const auto identity = open();
        ASSERT_TRUE(identity) << to_string(identity.error());
        EXPECT_TRUE(identity->server_settings());
        EXPECT_EQ(file("ca.crt"), authority);
        EXPECT_THAT(sys::list_names(path_).value(), Not(::testing::Contains("renewal")));
    });
}

}  // namespace
}  // namespace dim::server
