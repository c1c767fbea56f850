#include "imageserver/blade/learned_macs.hpp"
#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(LearnedMacs, AreThereAfterADeath) {
    TestDatabase database({kLearnedMacMigration});
    const LearnedByBlade learned{
        {samples::blade(),
         {.mac = samples::mac(),
          .source = "bladecenter-snmp",
          .place = api::MacPlace{samples::server(), 3},
          .since = samples::at(5).time}},
        {samples::other_blade(),
         {.mac = samples::other_mac(), .source = "learn", .since = samples::at(6).time}}};
    {
        LearnedMacs macs(database.get());
        EXPECT_EQ(macs.number(), 0u);
        ASSERT_TRUE(macs.replace(learned));
    }
    database.reopen();
    LearnedMacs macs(database.get());
    EXPECT_EQ(macs.all(), learned);
    EXPECT_EQ(macs.number(), 1u);
}

TEST(LearnedMacs, OfTwoThatAreExchangedNoneIsLostInBetween) {
    TestDatabase database({kLearnedMacMigration});
    LearnedMacs macs(database.get());
    LearnedByBlade learned{
        {samples::blade(), {.mac = samples::mac(), .source = "csv", .since = samples::at(5).time}},
        {samples::other_blade(),
         {.mac = samples::other_mac(), .source = "csv", .since = samples::at(5).time}}};
    ASSERT_TRUE(macs.replace(learned));
    std::swap(learned.at(samples::blade()), learned.at(samples::other_blade()));
    ASSERT_TRUE(macs.replace(learned));
    EXPECT_EQ(macs.all(), learned);
    auto twice = learned;
    twice.at(samples::blade()).mac = samples::mac();
    EXPECT_FALSE(macs.replace(twice)) << "one MAC of two blades";
    EXPECT_EQ(macs.all(), learned);
    EXPECT_EQ(macs.number(), 2u);
}

}  // namespace
}  // namespace dim::server
