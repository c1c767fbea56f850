#include "imageserver/edit/authority_edits.hpp"
#include "imageserver/edit/edit_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AuthorityEditsTest : public EditFixture {
protected:
    AuthorityEditsTest() {
        add_image();
        boot_files.authorities = "old";
        add_boot_file();
    }
    Result<std::string> rotate(bool is_finish = false, bool is_forced = false) {
        return finish(edits.rotate({is_finish, is_forced}, no_progress));
    }
    /// A boot of the blade from a file that trusts AUTHORITIES.
    void boot(double now, std::optional<std::vector<std::string>> authorities) {
        api::BootRequest request = samples::boot_request(now);
        request.authorities = std::move(authorities);
        ASSERT_TRUE(journal.begin_boot(samples::blade(), request, samples::at(now)));
        clock.time = samples::at(now);
    }
    std::string next_fingerprint() { return identity.describe()->next->fingerprint; }

    tls::Random random = tls::Random::create().value();
    Identity identity = Identity::open(random,
                                       {.directory = database.directory() + "/identity",
                                        .cluster = "demo",
                                        .server = samples::blade(),
                                        .addresses = {samples::address()}},
                                       samples::at(0).time.microseconds() / 1'000'000)
                            .value();
    AuthorityEdits edits{identity, boot_files, journal, roster, clock};
};

TEST_F(AuthorityEditsTest, FinishesNothingThatWasNotBegun) {
    const auto done = rotate(true, true);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), ErrorCode::conflict);
    EXPECT_THAT(done.error().cure(), HasSubstr("dim ca rotate"));
}

TEST_F(AuthorityEditsTest, WaitsForEveryBladeThatIsUp) {
    boot(100, std::nullopt);  // an agent that does not tell
    const std::string server = identity.describe()->server.fingerprint;
    boot_files.authorities = "both";
    const auto begun = rotate();
    ASSERT_TRUE(begun) << begun.error().message();
    EXPECT_THAT(*begun, HasSubstr("1 boot file built anew"));
    EXPECT_THAT(*begun, HasSubstr("s01c1b01"));
    EXPECT_EQ(identity.describe()->server.fingerprint, server) << "blades do not know another";
    EXPECT_THAT(edits.status()->images, IsEmpty());
    EXPECT_THAT(edits.status()->blades, ElementsAre(samples::blade()));

    const auto refused = rotate(true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("s01c1b01"));
    EXPECT_TRUE(identity.describe()->next);

    boot(200, {{std::string(64, 'f')}});
    EXPECT_FALSE(rotate(true)) << "it trusts others";
    boot(300, {{std::string(64, 'f'), next_fingerprint()}});
    const std::string next = next_fingerprint();
    const auto done = rotate(true);
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(identity.describe()->authority.fingerprint, next);
    EXPECT_FALSE(edits.status()->next);
}

TEST_F(AuthorityEditsTest, ABladeThatIsOffHoldsNothingUp) {
    boot(100, std::nullopt);
    ASSERT_TRUE(rotate());
    clock.time = samples::at(1000);
    EXPECT_THAT(edits.status()->blades, IsEmpty());
    EXPECT_TRUE(rotate(true));
}

TEST_F(AuthorityEditsTest, WaitsForBootFilesAndGoesOnWithThem) {
    boot_files.is_broken = true;
    boot_files.authorities = "both";
    const auto begun = rotate();
    ASSERT_FALSE(begun);
    EXPECT_THAT(begun.error().message(), HasSubstr("boot file of granite"));
    EXPECT_THAT(edits.status()->images, ElementsAre(samples::image()));
    EXPECT_EQ(rotate(true).error().code(), ErrorCode::conflict);
    const std::string next = next_fingerprint();
    boot_files.is_broken = false;
    EXPECT_EQ(edits.resume().value(), 1U) << "as after kill -9";
    EXPECT_THAT(edits.status()->images, IsEmpty());
    EXPECT_EQ(next_fingerprint(), next);
    EXPECT_TRUE(rotate(true));
}

TEST_F(AuthorityEditsTest, CanBeForced) {
    boot(100, std::nullopt);
    ASSERT_TRUE(rotate());
    ASSERT_FALSE(rotate(true));
    EXPECT_TRUE(rotate(true, true));
}

TEST_F(AuthorityEditsTest, AnExpiredAuthorityIsReplacedAtOnce) {
    boot(100, std::nullopt);
    ASSERT_TRUE(rotate());
    clock.jump(std::chrono::seconds(Identity::kAuthoritySeconds + 1000));
    EXPECT_TRUE(rotate(true));
}

TEST_F(AuthorityEditsTest, RebuildsNothingOfAFormerVersionUnasked) {
    boot_files.authorities = "not noted";
    EXPECT_EQ(edits.resume().value(), 0U);
    EXPECT_THAT(edits.status()->images, ElementsAre(samples::image()));
}

}  // namespace
}  // namespace dim::server
