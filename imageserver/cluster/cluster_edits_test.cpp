#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/cluster/running_cluster.hpp"
#include "imageserver/cluster/sample_cluster_xml.hpp"
#include "imageserver/state/fake_wall_clock.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/failing_writes.hpp"
#include "libdim/testing/kill_at_call.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using samples::at;
using samples::cluster_xml;
using samples::kReload;
using samples::RunningCluster;

void no_progress(std::string_view, std::uint64_t, std::uint64_t) {}

class ClusterEditsTest : public ::testing::Test {
protected:
    ClusterEditsTest() {
        write(cluster_xml(2));
        restart();
    }
    void write(const std::string& text) { ASSERT_TRUE(sys::write_file_atomically(file, text)); }
    std::string text() const { return sys::read_file(file).value(); }
    void restart() {
        running.reset();
        database.reopen();
        running = std::make_unique<RunningCluster>(database.get(), file);
    }
    static api::ClusterProposal proposal(std::size_t blades, std::uint32_t base = 1) {
        return {.xml = cluster_xml(blades), .file_name = "new.xml", .revision = {}, .base = base};
    }
    Result<std::string> apply(const api::ClusterProposal& wanted) {
        return running->edits.apply(wanted, no_progress);
    }
    Result<std::string> reload() { return running->edits.reload(no_progress); }
    std::uint32_t number() { return running->edits.current().value().number; }
    std::size_t blades() const { return running->roster.entries().size(); }
    /// Nothing has happened.
    void expect_unchanged() {
        EXPECT_EQ(number(), 1u);
        EXPECT_EQ(blades(), 2u);
        EXPECT_EQ(text(), cluster_xml(2));
        EXPECT_EQ(running->revisions.list().value().revisions.size(), 1u);
    }

    TestDatabase database{{kClusterMigration}};
    std::string file = database.directory() + "/cluster.xml";
    std::unique_ptr<RunningCluster> running;
};

TEST_F(ClusterEditsTest, RefusesWhatIsNoProposal) {
    EXPECT_FALSE(apply({}));
    EXPECT_FALSE(apply({.xml = cluster_xml(3), .file_name = {}, .revision = {}, .base = {}}));
    EXPECT_FALSE(apply({.xml = cluster_xml(3), .file_name = {}, .revision = 1, .base = 1}));
    EXPECT_FALSE(apply({.xml = {}, .file_name = {}, .revision = 9, .base = 1}));
    EXPECT_FALSE(apply({.xml = "<cluster", .file_name = {}, .revision = {}, .base = 1}));
    const auto not_utf8 = apply({.xml = cluster_xml(3, "<!-- \xef\xbf\xbd -->"),
                                 .file_name = {},
                                 .revision = {},
                                 .base = 1});
    ASSERT_FALSE(not_utf8);
    EXPECT_EQ(not_utf8.error().cure(), "write it in UTF-8");
    EXPECT_TRUE(running->applied.empty());
    expect_unchanged();
}

TEST_F(ClusterEditsTest, RefusesAChangeOfWhatIsNoLongerInForce) {
    ASSERT_TRUE(apply(proposal(3)));
    const auto late = apply(proposal(4));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(late.error().message().contains("revision 2"));
    EXPECT_EQ(running->edits.difference(proposal(4)).error().code(), ErrorCode::conflict);
    EXPECT_EQ(blades(), 3u);
}

TEST_F(ClusterEditsTest, RefusesWhatNeedsARestart) {
    std::string moved = cluster_xml(2);
    moved.replace(moved.find("127.0.0.5"), 9, "127.0.0.6");
    const auto refused = apply({.xml = moved, .file_name = {}, .revision = {}, .base = 1});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(refused.error().cure().contains("restart imageserver"));
    write(moved);
    EXPECT_EQ(reload().error().code(), ErrorCode::conflict);
    EXPECT_EQ(blades(), 2u);
    EXPECT_TRUE(running->applied.empty());
}

TEST_F(ClusterEditsTest, PutsEverythingBackWhenAServiceFails) {
    running->error = Error(ErrorCode::invalid_input, "dhcpd refuses it").with_cure("do this");
    running->fail_until = 1;
    const auto applied = apply(proposal(3));
    ASSERT_FALSE(applied);
    EXPECT_TRUE(applied.error().message().contains("the old one is in force: dhcpd refuses it"))
        << applied.error().message();
    EXPECT_EQ(applied.error().cure(), "do this");
    EXPECT_EQ(running->applied, (std::vector<std::size_t>{0, 2})) << "the old one again";
    expect_unchanged();
}

TEST_F(ClusterEditsTest, PutsEverythingBackWhenTheFileCannotBeWritten) {
    const std::string kept = file + ".kept";
    running->on_apply = [&] {  // no file can take the place of a directory
        if (running->roster.entries().size() != 3) return;
        ASSERT_TRUE(sys::rename(file, kept));
        ASSERT_TRUE(sys::mkdir(file));
    };
    const auto applied = apply(proposal(3));
    ASSERT_FALSE(applied);
    EXPECT_EQ(running->applied, (std::vector<std::size_t>{3, 2}));
    ASSERT_TRUE(sys::rmdir(file));
    ASSERT_TRUE(sys::rename(kept, file));
    expect_unchanged();
}

TEST_F(ClusterEditsTest, SaysWhatCouldNotBePutBack) {
    running->error = Error(ErrorCode::unavailable, "dhcpd does not start");
    const auto applied = apply(proposal(3));
    ASSERT_FALSE(applied);
    EXPECT_TRUE(applied.error().message().contains("not all could be put back"));
    expect_unchanged();
}

TEST_F(ClusterEditsTest, AppliesAndGoesBack) {
    EXPECT_EQ(apply(proposal(3)),
              "revision 2 of the cluster definition is in force: 3 blades of is01");
    EXPECT_EQ(text(), cluster_xml(3));
    EXPECT_EQ(running->edits.current().value().origin, "applied: new.xml");
    ASSERT_TRUE(apply({.xml = {}, .file_name = {}, .revision = 1, .base = 2}));
    EXPECT_EQ(number(), 3u);
    EXPECT_EQ(text(), cluster_xml(2));
    const auto list = running->edits.revisions().value().revisions;
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list.front().origin, "back to revision 1");
    EXPECT_TRUE(list.front().is_in_force);
    EXPECT_EQ(running->applied, (std::vector<std::size_t>{3, 2}));
    restart();
    EXPECT_EQ(number(), 3u);
}

TEST_F(ClusterEditsTest, TheFileKeepsItsMode) {
    ASSERT_TRUE(sys::write_file_atomically(file, cluster_xml(2), 0640));
    ASSERT_TRUE(apply(proposal(3)));
    EXPECT_EQ(sys::stat(file)->mode & 0777, 0640u);
}

TEST_F(ClusterEditsTest, ApplyingWhatIsInForceOnlyWritesTheFile) {
    ASSERT_TRUE(sys::unlink(file));
    ASSERT_TRUE(apply(proposal(2)));
    expect_unchanged();
}

TEST_F(ClusterEditsTest, AnEditThatWasNotReloadedIsNotLost) {
    write("<cluster edited");
    ASSERT_TRUE(apply(proposal(3)));
    const auto list = running->edits.revisions().value().revisions;
    ASSERT_EQ(list.size(), 3u);
    EXPECT_EQ(list[1].origin, "edited, never in force: " + file);
    EXPECT_EQ(running->edits.revision(list[1].number).value().xml, "<cluster edited");
    EXPECT_FALSE(apply({.xml = {}, .file_name = {}, .revision = list[1].number, .base = number()}));
}

TEST_F(ClusterEditsTest, ReloadTakesTheFileAsItIs) {
    EXPECT_TRUE(reload());
    expect_unchanged();
    write("<cluster");
    EXPECT_FALSE(reload());
    EXPECT_EQ(blades(), 2u);
    write(cluster_xml(4));
    ASSERT_TRUE(reload());
    EXPECT_EQ(number(), 2u);
    EXPECT_EQ(blades(), 4u);
    EXPECT_EQ(running->edits.current().value().origin, "edited: " + file);
    running->error = Error(ErrorCode::unavailable, "no");
    running->fail_until = running->applied.size() + 1;
    write(cluster_xml(5));
    EXPECT_FALSE(reload());
    EXPECT_EQ(text(), cluster_xml(5)) << "the administrator's edit is his";
    EXPECT_EQ(number(), 2u);
    EXPECT_EQ(blades(), 4u);
}

TEST_F(ClusterEditsTest, AProblemIsAnAlertUntilTheFileSaysWhatIsInForce) {
    running->edits.note_problem(
        Error(ErrorCode::invalid_input, "it is wrong").with_cure("mend it"));
    ASSERT_EQ(running->alerts.alerts().size(), 1u);
    EXPECT_EQ(running->alerts.alerts()[0].origin, file);
    running->error = Error(ErrorCode::unavailable, "no");
    running->fail_until = 1;
    EXPECT_FALSE(apply(proposal(3)));
    EXPECT_EQ(running->alerts.alerts().size(), 1u);
    EXPECT_TRUE(apply(proposal(3)));
    EXPECT_TRUE(running->alerts.alerts().empty());
}

TEST_F(ClusterEditsTest, TellsWhatWouldChange) {
    auto difference = running->edits.difference(proposal(3));
    ASSERT_TRUE(difference) << to_string(difference.error());
    EXPECT_EQ(difference->base, 1u);
    EXPECT_EQ(difference->blades, 1u);
    ASSERT_EQ(difference->changes.size(), 1u);
    EXPECT_EQ(difference->changes[0].kind, "added");
    EXPECT_EQ(difference->changes[0].what, "b3");
    EXPECT_EQ(difference->reloads, std::vector{kReload});
    EXPECT_TRUE(running->applied.empty());
    expect_unchanged();
}

// Each write to the file and to the database fails once.
TEST_F(ClusterEditsTest, IsInForceAsAWholeOrNotAtAllOnAFullDisk) {
    for (const int number : {ENOSPC, EIO}) {
        int failed = 1;
        for (int skipped = 0; failed != 0; ++skipped) {
            SCOPED_TRACE(std::to_string(number) + " " + std::to_string(skipped));
            ASSERT_LT(skipped, 100);
            restart();
            const api::ClusterRevision before = running->edits.current().value();
            const std::size_t wanted = before.blades % 5 + 3;
            Result<std::string> applied;
            {
                const dim::testing::FailingWrites failing(database.directory(), number, skipped, 1);
                applied = apply(proposal(wanted, before.number));
                failed = dim::testing::FailingWrites::failed();
            }
            if (failed == 0) EXPECT_TRUE(applied);
            EXPECT_EQ(blades(), applied ? wanted : before.blades);
            restart();
            const api::ClusterRevision after = running->edits.current().value();
            EXPECT_EQ(after.xml, text());
            EXPECT_EQ(blades(), after.blades);
            if (applied) EXPECT_EQ(blades(), wanted) << "done is done";
        }
    }
}

TEST_F(ClusterEditsTest, IsWholeAfterKill) {
    constexpr std::size_t kKills = 40;
    std::size_t wanted = 3;
    std::size_t done = 0;
    running.reset();
    const std::size_t kills = dim::testing::kill_at_calls(
        kKills,
        [&] {
            restart();
            (void)apply(proposal(wanted, number()));
        },
        [&] {
            restart();
            const auto current = running->edits.current().value();
            EXPECT_EQ(current.xml, text());
            EXPECT_EQ(current.blades, blades());
            EXPECT_TRUE(current.origin == "applied: new.xml" || current.number == 1u)
                << current.origin;
            if (blades() == wanted) ++done;
            wanted = wanted % 5 + 3;
            running.reset();
        });
    EXPECT_GE(kills, 10U);
    EXPECT_GE(done, 1U) << "the one that was not killed";
    EXPECT_LT(done, kills) << "none was killed before it was in force";
}

TEST_F(ClusterEditsTest, AnEditThatWasReplacedComesIntoForceUnderANumberOfItsOwn) {
    write(cluster_xml(4));
    ASSERT_TRUE(apply(proposal(3)));
    write(cluster_xml(4));
    ASSERT_TRUE(reload());
    const auto list = running->revisions.list().value().revisions;
    ASSERT_EQ(list.size(), 4u);
    EXPECT_TRUE(list[0].is_in_force);
    EXPECT_EQ(list[0].origin, "edited: " + file);
    EXPECT_EQ(list[0].blades, 4u);
    EXPECT_EQ(list[2].origin, "edited, never in force: " + file);
    EXPECT_FALSE(list[2].was_in_force);
}

}  // namespace
}  // namespace dim::server
