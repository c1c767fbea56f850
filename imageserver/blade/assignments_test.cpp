#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(Assignments, AreKeptReplacedAndTakenBack) {
    TestDatabase database;
    const std::array both{samples::blade(), samples::other_blade()};
    {
        Assignments assignments(database.get());
        EXPECT_EQ(assignments.image_of(samples::blade()), std::nullopt);
        EXPECT_TRUE(assignments.unassign(both)) << "nothing to take back is no error";
        ASSERT_TRUE(assignments.assign(both, samples::image(), samples::at(1)));
    }
    database.reopen();
    Assignments assignments(database.get());
    EXPECT_EQ(assignments.all()->size(), 2u);
    const auto basalt = *model::ImageName::parse("basalt");
    ASSERT_TRUE(assignments.assign(std::array{samples::blade()}, basalt, samples::at(2)));
    EXPECT_EQ(assignments.image_of(samples::blade()), basalt);
    EXPECT_EQ(assignments.image_of(samples::other_blade()), samples::image());
    ASSERT_TRUE(assignments.unassign(std::array{samples::blade()}));
    EXPECT_EQ(assignments.image_of(samples::blade()), std::nullopt);
}

}  // namespace
}  // namespace dim::server
