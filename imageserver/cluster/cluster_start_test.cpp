#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/cluster/cluster_start.hpp"
#include "imageserver/cluster/sample_cluster_xml.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using Purpose = ClusterRevisions::Purpose;
using samples::cluster_xml;

class ClusterStartTest : public ::testing::Test {
protected:
    void write(const std::string& text) { ASSERT_TRUE(sys::write_file_atomically(file, text)); }
    Result<ClusterStart> start() {
        return start_cluster(
            revisions, file,
            [this](const cluster::Definition& definition) -> Result<void> {
                if (definition.blades.size() != refused_blades) return {};
                return fail(ErrorCode::not_found, "no such server");
            },
            samples::at(7));
    }
    void expect_old_in_force(const std::string& cause) {
        const auto started = start();
        ASSERT_TRUE(started) << to_string(started.error());
        EXPECT_EQ(started->revision, 1u);
        EXPECT_EQ(started->definition.blades.size(), 2u);
        ASSERT_TRUE(started->problem);
        EXPECT_TRUE(started->problem->message().contains("revision 1"));
        EXPECT_TRUE(started->problem->message().contains(cause)) << started->problem->message();
        EXPECT_TRUE(started->problem->cure().contains("dim cluster rollback 1"));
    }

    TestDatabase database{{kClusterMigration}};
    ClusterRevisions revisions{database.get()};
    std::string file = database.directory() + "/cluster.xml";
    std::size_t refused_blades = 0;  ///< a definition with as many is refused
};

TEST_F(ClusterStartTest, RefusesToBeginWithoutAFile) {
    const auto started = start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::not_found);
    write("<cluster");
    EXPECT_FALSE(start());
    EXPECT_TRUE(revisions.list().value().revisions.empty());
}

TEST_F(ClusterStartTest, WhatWasInForceStaysWhenTheFileIsNoUse) {
    write(cluster_xml(2));
    ASSERT_EQ(start().value().revision, 1u);
    ASSERT_TRUE(sys::unlink(file));
    expect_old_in_force("cluster.xml");
    write("<cluster");
    expect_old_in_force("cluster.xml:1");
    EXPECT_EQ(revisions.in_force().value()->number, 1u);
}

TEST_F(ClusterStartTest, WhatWasInForceStaysWhenTheFileForgetsThisServer) {
    write(cluster_xml(2));
    ASSERT_TRUE(start());
    refused_blades = 3;
    write(cluster_xml(3));
    expect_old_in_force("no such server");
    refused_blades = 2;
    EXPECT_EQ(start().value().revision, 2u) << "the new one will do by now";
    write(cluster_xml(2));
    refused_blades = 2;
    EXPECT_TRUE(start().value().problem) << "the one before it is refused now";
}

TEST_F(ClusterStartTest, NumbersTheTextsOfTheFile) {
    write(cluster_xml(2));
    EXPECT_EQ(start().value().revision, 1u);
    EXPECT_EQ(start().value().revision, 1u);
    write(cluster_xml(3));
    const auto edited = start().value();
    EXPECT_EQ(edited.revision, 2u);
    EXPECT_EQ(edited.definition.blades.size(), 3u);
    EXPECT_EQ(revisions.in_force().value()->origin, "edited: " + file);
    write(cluster_xml(2));
    EXPECT_EQ(start().value().revision, 1u) << "a text that is known";
}

TEST_F(ClusterStartTest, TheFileDecidesWhatAKilledPredecessorDid) {
    write(cluster_xml(2));
    ASSERT_TRUE(start());
    const auto add_pending = [&] {
        return revisions
            .add({.xml = cluster_xml(4), .origin = "applied: x", .blades = 4}, Purpose::pending,
                 samples::at(8))
            .value();
    };
    add_pending();
    EXPECT_EQ(start().value().revision, 1u) << "it did not come to writing the file";
    EXPECT_EQ(revisions.find_text(cluster_xml(4), ClusterRevisions::Among::all).value(),
              std::nullopt);
    const auto pending = add_pending();
    write(cluster_xml(4));
    EXPECT_EQ(start().value().revision, pending) << "it did not come to telling the database";
    EXPECT_EQ(revisions.in_force().value()->origin, "applied: x");
}

}  // namespace
}  // namespace dim::server
