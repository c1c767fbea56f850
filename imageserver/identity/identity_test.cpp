#include "imageserver/identity/identity.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/kill_at_call.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "libdim/tls/certificate.hpp"

#include <set>

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
    const auto authority = tls::describe_certificate(identity->trusted_pem()).value();
    EXPECT_TRUE(authority.is_authority);
    EXPECT_EQ(authority.common_name, "demo");
    EXPECT_EQ(authority.not_after, kNow + Identity::kAuthoritySeconds);
    EXPECT_EQ(server().common_name, "is01");
    EXPECT_THAT(server().dns_names, ElementsAre("is01"));
    EXPECT_THAT(server().addresses, ElementsAre(0x0a010001U));
    EXPECT_FALSE(server().is_authority);
    EXPECT_TRUE(identity->server_settings());
    EXPECT_EQ(file("ca.crt"), identity->trusted_pem());
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
    ASSERT_TRUE(identity->renew_if_due(due));
    EXPECT_EQ(server().fingerprint, before);
    EXPECT_EQ(identity->certificate_number(), 0U);
    ASSERT_TRUE(identity->renew_if_due(due + 1));
    EXPECT_NE(server().fingerprint, before);
    EXPECT_EQ(server().not_after, due + 1 + Identity::kServerSeconds);
    EXPECT_EQ(identity->certificate_number(), 1U);
    ASSERT_TRUE(identity->renew_if_due(due + 1));
    EXPECT_EQ(identity->certificate_number(), 1U);
    EXPECT_TRUE(identity->server_settings());
    EXPECT_EQ(file("ca.crt"), authority);
    EXPECT_EQ(mode(path_ + "/server.key"), 0600U);
}

TEST_F(IdentityTest, ABladeWhoseClockIsBehindTakesARenewedCertificate) {
    auto identity = open();
    ASSERT_TRUE(identity);
    const std::int64_t begin = tls::describe_certificate(file("ca.crt"))->not_before;
    EXPECT_EQ(server().not_before, begin);
    ASSERT_TRUE(identity->renew_if_due(kNow + Identity::kServerSeconds));
    EXPECT_EQ(server().not_before, begin);
}

TEST_F(IdentityTest, MendsWhatAClockThatWasWrongMade) {
    constexpr std::int64_t kDead = 0;  // 1970
    constexpr std::int64_t kFarAhead = kNow + 50 * 365 * Identity::kDay;
    auto identity = open(kDead);
    ASSERT_TRUE(identity) << to_string(identity.error());
    const auto authority = tls::describe_certificate(file("ca.crt")).value();
    EXPECT_GT(authority.not_after, kNow) << "an authority that has expired when the clock is right";
    for (const std::int64_t wrong : {kDead, kFarAhead, kDead}) {
        ASSERT_TRUE(identity->renew_if_due(wrong));
        ASSERT_TRUE(identity->renew_if_due(kNow));
        EXPECT_EQ(server().not_before, authority.not_before);
        EXPECT_LT(server().not_before, kNow);
        EXPECT_GT(server().not_after, kNow + Identity::kRenewSeconds);
        EXPECT_LE(server().not_after, kNow + Identity::kServerSeconds);
        const std::uint64_t number = identity->certificate_number();
        ASSERT_TRUE(identity->renew_if_due(kNow + 60));
        EXPECT_EQ(identity->certificate_number(), number) << "once is enough";
    }
}

TEST_F(IdentityTest, RenewsAgainAfterARenewalThatFailed) {
    auto identity = open();
    ASSERT_TRUE(identity);
    ASSERT_TRUE(sys::rename(path_, path_ + ".away"));
    EXPECT_FALSE(identity->renew_if_due(kNow + Identity::kServerSeconds));
    EXPECT_EQ(identity->certificate_number(), 0U);
    ASSERT_TRUE(sys::rename(path_ + ".away", path_));
    EXPECT_TRUE(identity->renew_if_due(kNow + Identity::kServerSeconds));
    EXPECT_EQ(identity->certificate_number(), 1U);
}

TEST_F(IdentityTest, RotatesTheAuthorityInTwoSteps) {
    auto identity = open();
    ASSERT_TRUE(identity);
    const std::string old_authority = file("ca.crt");
    const std::string old_server = file("server.crt");
    EXPECT_EQ(identity->finish_rotation(kNow).error().code(), ErrorCode::conflict);

    ASSERT_TRUE(identity->begin_rotation(kNow));
    const std::string trusted = identity->trusted_pem();
    EXPECT_EQ(trusted, old_authority + file("next/ca.crt"));
    EXPECT_EQ(mode(path_ + "/next/ca.key"), 0600U);
    EXPECT_EQ(file("server.crt"), old_server) << "blades do not trust the new authority yet";
    ASSERT_TRUE(identity->begin_rotation(kNow + 1));
    EXPECT_EQ(identity->trusted_pem(), trusted) << "one successor is enough";
    EXPECT_TRUE(tls::is_issued_by(file("server.crt"), old_authority).value());

    // The same daemon, or another.
    auto restarted = open();
    ASSERT_TRUE(restarted) << to_string(restarted.error());
    EXPECT_EQ(restarted->trusted_pem(), trusted);
    ASSERT_TRUE(restarted->finish_rotation(kNow));
    EXPECT_EQ(old_authority + file("ca.crt"), trusted);
    EXPECT_EQ(restarted->trusted_pem(), file("ca.crt"));
    EXPECT_EQ(restarted->certificate_number(), 1U);
    EXPECT_FALSE(restarted->describe()->next);
    EXPECT_THAT(sys::list_names(path_).value(),
                ElementsAre("ca.crt", "ca.key", "server.crt", "server.key"));
    EXPECT_TRUE(open());
}

TEST_F(IdentityTest, ReplacesACertificateOfAnotherAuthority) {
    ASSERT_TRUE(open());
    const std::string foreign_key = file("server.key");
    const std::string foreign = file("server.crt");
    path_ += "-other";
    ASSERT_TRUE(open());
    put("server.key", foreign_key);
    put("server.crt", foreign);
    ASSERT_TRUE(open());
    EXPECT_TRUE(tls::is_issued_by(file("server.crt"), file("ca.crt")).value());
}

TEST_F(IdentityTest, RefusesADamagedSuccessor) {
    auto identity = open();
    ASSERT_TRUE(identity->begin_rotation(kNow));
    put("next/ca.crt", "not PEM");
    EXPECT_THAT(refusal().cure(), HasSubstr("dim ca rotate"));
    ASSERT_TRUE(sys::unlink(path_ + "/next/ca.crt"));
    EXPECT_THAT(refusal().message(), HasSubstr("ca.crt is missing"));
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

/// Enough to hit between any two steps: a first start has about fifty calls that change files.
constexpr std::size_t kKills = 100;

TEST_F(IdentityTest, IsWholeOrNotThereWhereverTheFirstStartIsKilled) {
    int round = 0;
    const auto next_path = [&] { path_ = directory_ / ("state/" + std::to_string(round++)); };
    next_path();
    std::size_t whole = 0;
    const std::size_t kills = dim::testing::kill_at_calls(
        kKills, [&] { (void)open(); },
        [&] {
            if (sys::stat(path_)) {
                ++whole;
                EXPECT_THAT(sys::list_names(path_).value(),
                            ElementsAre("ca.crt", "ca.key", "server.crt", "server.key"));
                const std::string before = file("ca.crt");
                EXPECT_TRUE(open());
                EXPECT_EQ(file("ca.crt"), before);
            }
            next_path();
        });
    EXPECT_GE(kills, 10U);
    EXPECT_GE(whole, 1U) << "the one that was not killed";
    EXPECT_LT(whole, kills) << "none was killed before it was there";
}

TEST_F(IdentityTest, HasOneAuthorityAndItsCertificateWhereverARotationIsKilled) {
    ASSERT_TRUE(open());
    std::set<std::string> authorities;
    const auto rotate = [&] {
        auto identity = open();
        if (identity && identity->begin_rotation(kNow)) (void)identity->finish_rotation(kNow);
    };
    dim::testing::kill_at_calls(kKills, rotate, [&] {
        auto identity = open();
        ASSERT_TRUE(identity) << to_string(identity.error());
        EXPECT_TRUE(tls::is_issued_by(file("server.crt"), file("ca.crt")).value());
        authorities.insert(file("ca.crt"));
        const bool is_waiting = identity->describe()->next.has_value();
        EXPECT_EQ(sys::stat(path_ + "/next/ca.crt").has_value(), is_waiting);
        for (const char* left : {"renewal", "renewal.new", "next.new"})
            EXPECT_THAT(sys::list_names(path_).value(), Not(::testing::Contains(left)));
    });
    EXPECT_GT(authorities.size(), 5U);
}

TEST_F(IdentityTest, HasAWholePairWhereverARenewalIsKilled) {
    ASSERT_TRUE(open());
    const std::string authority = file("ca.crt");
    std::int64_t now = kNow;
    std::set<std::string> certificates;
    const std::size_t kills = dim::testing::kill_at_calls(
        kKills,
        [&] {
            auto identity = open(now);
            if (identity) (void)identity->renew_if_due(now + Identity::kServerSeconds);
        },
        [&] {
            now += Identity::kServerSeconds;
            const auto identity = open(now);
            ASSERT_TRUE(identity) << to_string(identity.error());
            EXPECT_TRUE(identity->server_settings());
            EXPECT_EQ(file("ca.crt"), authority);
            EXPECT_THAT(sys::list_names(path_).value(), Not(::testing::Contains("renewal")));
            certificates.insert(file("server.crt"));
        });
    EXPECT_GE(kills, 10U);
    EXPECT_GE(certificates.size(), 2U) << "nothing was ever renewed";
}

}  // namespace
}  // namespace dim::server
