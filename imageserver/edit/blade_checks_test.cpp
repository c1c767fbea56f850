#include "imageserver/edit/blade_checks.hpp"
#include "imageserver/edit/edit_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;

class BladeChecksTest : public EditFixture {
protected:
    BladeChecksTest() {
        add_image();
        for (const auto& blade : blades)
            add_blade_image(blade);
    }
    Result<std::string> run() {
        return finish(checks.run({samples::image(), blades, false}, no_progress));
    }
    const std::vector<model::ComponentName> blades{*model::ComponentName::parse("s01c1b01"),
                                                   *model::ComponentName::parse("s01c1b02")};
};

TEST_F(BladeChecksTest, ABladeThatIsNotOursIsRefused) {
    const auto refused = checks.run(
        {samples::image(), {*model::ComponentName::parse("s09c1b01")}, false}, no_progress);
    EXPECT_EQ(refused.error().code(), ErrorCode::not_found);
}

TEST_F(BladeChecksTest, ADamagedOneIsAFailureWithACureAndTheOthersAreCheckedAllTheSame) {
    checker.results[blades[0]] = "damaged";
    const auto one = run();
    ASSERT_FALSE(one);
    EXPECT_THAT(one.error().message(), HasSubstr("s01c1b01 is damaged: Inode 12 is odd"));
    EXPECT_THAT(one.error().cure(), HasSubstr("dim blade check s01c1b01 granite --repair"));
    checker.results[blades[1]] = "damaged";
    EXPECT_THAT(run().error().message(), HasSubstr("2 of 2 blades have problems, the first"));
}

TEST_F(BladeChecksTest, WhatWasNotCheckedIsSaid) {
    EXPECT_EQ(run(), "blade images of granite: 2 clean");
    checker.results[blades[1]] = "not checked";
    EXPECT_THAT(run().value(), HasSubstr("1 clean, 1 not checked\nnot checked, because they are "
                                         "exported: s01c1b02 (with the blade off"));
    checker.results[blades[1]] = "mended";
    EXPECT_EQ(run(), "blade images of granite: 1 clean, 1 mended");
    EXPECT_EQ(checks.last().value().days, 30U);
    EXPECT_EQ(checks.last().value().checks.size(), 1U);
}

}  // namespace
}  // namespace dim::server
