#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/cluster/cluster_revisions.hpp"
#include "libdim/tls/sha256.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using Among = ClusterRevisions::Among;
using Purpose = ClusterRevisions::Purpose;

class ClusterRevisionsTest : public ::testing::Test {
protected:
    std::uint32_t add(const std::string& xml, Purpose purpose = Purpose::pending) {
        return revisions
            .add({.xml = xml, .origin = "applied: a.xml", .blades = 3}, purpose, samples::at(7))
            .value();
    }
    std::uint32_t put(const std::string& xml) {
        const auto number = add(xml);
        EXPECT_TRUE(revisions.put_in_force(number));
        return number;
    }

    TestDatabase database{{kClusterMigration}};
    ClusterRevisions revisions{database.get()};
};

TEST_F(ClusterRevisionsTest, KnowNothingAtFirst) {
    EXPECT_EQ(revisions.in_force().value(), std::nullopt);
    EXPECT_TRUE(revisions.list().value().revisions.empty());
    const auto missing = revisions.find(1);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_FALSE(missing.error().cure().empty());
}

TEST_F(ClusterRevisionsTest, WhatIsPendingIsNotShownAndCanBeRemoved) {
    put("<a/>");
    const auto pending = add("<b/>");
    EXPECT_FALSE(revisions.find(pending));
    EXPECT_EQ(revisions.find_text("<b/>", Among::all).value()->number, pending);
    ASSERT_TRUE(revisions.remove_pending());
    EXPECT_EQ(revisions.find_text("<b/>", Among::all).value(), std::nullopt);
    EXPECT_EQ(revisions.list().value().revisions.size(), 1u);
    EXPECT_GT(add("<b/>"), pending) << "a number is never given twice";
}

TEST_F(ClusterRevisionsTest, OneIsInForce) {
    const auto first = put("<a/>");
    const auto second = put("<b/>");
    const auto kept = add("<c/>", Purpose::keep);
    const auto current = revisions.in_force().value();
    ASSERT_TRUE(current);
    EXPECT_EQ(*current, (api::ClusterRevision{second, samples::at(7), "applied: a.xml",
                                              tls::sha256("<b/>"), 3, true, true, "<b/>"}));
    const auto list = revisions.list().value().revisions;
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list[0].number, kept);
    EXPECT_FALSE(list[0].is_in_force);
    EXPECT_FALSE(list[0].was_in_force);
    EXPECT_TRUE(list[2].was_in_force);
    EXPECT_TRUE(list[1].is_in_force);
    EXPECT_EQ(list[1].xml, std::nullopt);
    EXPECT_EQ(revisions.find(first).value().xml, "<a/>");
}

TEST_F(ClusterRevisionsTest, WhatIsOnlyKeptIsNotTakenForOneThatWasInForce) {
    add("<a/>", Purpose::keep);
    EXPECT_EQ(revisions.find_text("<a/>", Among::all_but_kept).value(), std::nullopt);
    EXPECT_TRUE(revisions.find_text("<a/>", Among::all).value());
    const auto pending = add("<a/>");
    add("<a/>", Purpose::keep);
    EXPECT_EQ(revisions.find_text("<a/>", Among::all_but_kept).value()->number, pending);
    ASSERT_TRUE(revisions.put_in_force(pending));
    put("<b/>");
    const auto found = revisions.find_text("<a/>", Among::all_but_kept).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->number, pending);
    EXPECT_FALSE(found->is_in_force);
    EXPECT_TRUE(found->was_in_force);
}

TEST_F(ClusterRevisionsTest, AreBounded) {
    for (std::int64_t i = 0; i <= ClusterRevisions::kRevisionsKept; ++i)
        add(std::to_string(i), Purpose::keep);
    const auto current = put("<new/>");
    const auto list = revisions.list().value().revisions;
    EXPECT_EQ(list.size(), static_cast<std::size_t>(ClusterRevisions::kRevisionsKept));
    EXPECT_EQ(list.front().number, current);
    EXPECT_TRUE(revisions.find(current - 99).value().xml);
    EXPECT_FALSE(revisions.find(current - 100).value().xml);
    EXPECT_TRUE(revisions.find_text("999", Among::all).value());
    EXPECT_EQ(revisions.find_text("0", Among::all).value(), std::nullopt);
}

TEST_F(ClusterRevisionsTest, TheTextInForceIsKeptHoweverOldItIs) {
    const auto first = put("<first/>");
    for (int i = 0; i < 150; ++i)
        add(std::to_string(i), Purpose::keep);
    ASSERT_TRUE(revisions.put_in_force(first));
    database.reopen();
    ClusterRevisions again(database.get());
    EXPECT_EQ(again.in_force().value()->xml, "<first/>");
}

}  // namespace
}  // namespace dim::server
