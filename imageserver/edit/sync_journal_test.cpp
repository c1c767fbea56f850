#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/edit/logged_syncs.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::other_blade;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

class SyncJournalTest : public ::testing::Test {
protected:
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }
    static SyncJournal::Beginning beginning(const std::string& image = "granite") {
        return {.image = model::ImageName::parse(image).value(),
                .began = samples::at(1),
                .by = "root",
                .options = "--overwrite"};
    }
    /// One blade moved, with a conflict; another failed.
    static api::SyncReport report() {
        api::SyncOutcome moved{.blades = {blade()}, .state = "synced", .from = number(3)};
        moved.created = 2;
        moved.removed = 1;
        moved.conflict_count = 1;
        moved.conflicts = {{"/etc/motd", "it was changed here"}};
        moved.kept_out_count = 4;
        api::SyncOutcome failed{.blades = {other_blade()}, .state = "failed", .from = number(2)};
        failed.problem = api::to_problem(Error(ErrorCode::io, "the disk is gone"));
        return {samples::image(), number(4), false, {moved, failed}};
    }
    std::uint64_t add(SyncJournal& to) {
        const std::uint64_t added = to.begin(beginning()).value();
        EXPECT_TRUE(to.finish(added, report(), samples::at(2)));
        return added;
    }
    std::int64_t rows_of(const std::string& table) {
        return database.get()
            .transaction([&](Transaction& transaction) -> Result<std::int64_t> {
                DIM_TRY(Statement row, transaction.query("SELECT COUNT(*) FROM " + table));
                DIM_CHECK(row.next());
                return row.integer(0);
            })
            .value();
    }

    TestDatabase database{{kSyncJournalMigration}};
    SyncJournal journal{database.get()};
};

TEST_F(SyncJournalTest, TellsWhatAllBladesCameTo) {
    const std::uint64_t added = add(journal);
    const api::SyncLog log = journal.read({}).value();
    ASSERT_THAT(log.syncs, SizeIs(1));
    const api::LoggedSync expected{.number = added,
                                   .image = samples::image(),
                                   .from = {number(3)},
                                   .generation = number(4),
                                   .began = samples::at(1),
                                   .ended = samples::at(2),
                                   .by = "root",
                                   .options = "--overwrite",
                                   .blades = 2,
                                   .moved = 1,
                                   .failed = 1,
                                   .changed_paths = 3,
                                   .conflicts = 1,
                                   .kept_out = 4};
    EXPECT_EQ(log.syncs[0], expected);
}

TEST_F(SyncJournalTest, OfABladeTellsItsOwnOutcome) {
    add(journal);
    const auto of = [&](const model::ComponentName& name) {
        return journal.read({.blade = name}).value().syncs;
    };
    ASSERT_THAT(of(blade()), SizeIs(1));
    EXPECT_THAT(of(blade())[0].outcome, Optional(report().outcomes[0]));
    ASSERT_THAT(of(other_blade()), SizeIs(1));
    EXPECT_THAT(of(other_blade())[0].outcome, Optional(report().outcomes[1]));
    EXPECT_THAT(of(model::ComponentName::parse("s01c9b09").value()), IsEmpty());
}

TEST_F(SyncJournalTest, TheNewestIsTheFirstAndImagesAreTheirOwn) {
    const std::uint64_t first = add(journal);
    const std::uint64_t other = journal.begin(beginning("slate")).value();
    const std::uint64_t second = add(journal);
    const auto numbers = [&](const api::SyncLogQuery& query) {
        std::vector<std::uint64_t> found;
        for (const api::LoggedSync& sync : journal.read(query).value().syncs)
            found.push_back(sync.number);
        return found;
    };
    EXPECT_THAT(numbers({}), ElementsAre(second, other, first));
    EXPECT_THAT(numbers({.image = samples::image()}), ElementsAre(second, first));
    EXPECT_THAT(numbers({.most = 1}), ElementsAre(second));
    EXPECT_THAT(numbers({.blade = blade(), .most = 1}), ElementsAre(second));
}

TEST_F(SyncJournalTest, OneThatDidNotEndIsThere) {
    const std::uint64_t begun = journal.begin(beginning()).value();
    database.reopen();
    SyncJournal anew(database.get());
    const auto log = anew.read({}).value();
    EXPECT_THAT(log.syncs, ElementsAre(Field(&api::LoggedSync::ended, std::nullopt)));
    EXPECT_TRUE(anew.forget(begun));
    EXPECT_THAT(anew.read({}).value().syncs, IsEmpty());
    EXPECT_FALSE(anew.finish(begun, report(), samples::at(2)));
    EXPECT_EQ(rows_of("sync_run_blade"), 0) << "all of it or nothing";
}

TEST_F(SyncJournalTest, TheLastOneThatMovedABladeCanBeTakenBack) {
    EXPECT_EQ(journal.last_to_undo(samples::image()).error().code(), ErrorCode::not_found);
    const std::uint64_t first = add(journal);
    const std::uint64_t idle = journal.begin(beginning()).value();
    EXPECT_EQ(journal.last_to_undo(samples::image()).error().code(), ErrorCode::conflict)
        << "it has not ended";
    api::SyncReport nothing = report();
    nothing.outcomes.erase(nothing.outcomes.begin());
    ASSERT_TRUE(journal.finish(idle, nothing, samples::at(2)));
    const auto last = journal.last_to_undo(samples::image()).value();
    EXPECT_EQ(last.sync.number, first);
    EXPECT_EQ(last.outcomes, report().outcomes);
}

TEST_F(SyncJournalTest, WhatWentOnWithOneThatWasKilledIsNotTakenBackInPart) {
    add(journal);
    ASSERT_TRUE(journal.begin(beginning()));
    const std::uint64_t rest = add(journal);
    const auto refused = journal.last_to_undo(samples::image());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_TRUE(refused.error().message().contains("sync " + std::to_string(rest)));
    const std::uint64_t next = add(journal);
    EXPECT_EQ(journal.last_to_undo(samples::image()).value().sync.number, next);
}

TEST_F(SyncJournalTest, WhatIsTakenBackWhollyIsSoForGood) {
    const std::uint64_t first = add(journal);
    const std::uint64_t second = add(journal);
    const auto last = [&] { return journal.last_to_undo(samples::image()).value().sync.number; };
    const auto take_back = [&](const api::SyncReport& came_to) {
        SyncJournal::Beginning undo = beginning();
        undo.undoes = second;
        const std::uint64_t begun = journal.begin(undo).value();
        EXPECT_EQ(last(), second) << "one that did not end is no hindrance";
        EXPECT_TRUE(journal.finish(begun, came_to, samples::at(3)));
        return begun;
    };
    take_back(report());
    EXPECT_EQ(last(), second) << "a blade failed";
    api::SyncReport whole = report();
    whole.outcomes.pop_back();
    const std::uint64_t undo = take_back(whole);
    EXPECT_EQ(last(), first);
    const auto log = journal.read({}).value();
    EXPECT_THAT(log.syncs[0].undoes, Optional(second));
    EXPECT_THAT(log.syncs[2].undone_by, Optional(undo));
}

TEST_F(SyncJournalTest, TheOldestGoWithAllThatIsOfThem) {
    SyncJournal small(database.get(), {.syncs = 3, .blades = 100});
    for (int i = 0; i < 5; ++i)
        add(small);
    EXPECT_THAT(small.read({}).value().syncs, SizeIs(3));
    EXPECT_EQ(rows_of("sync_run_blade"), 6);
    EXPECT_EQ(rows_of("sync_run_outcome"), 6);
    SyncJournal of_few_blades(database.get(), {.syncs = 3, .blades = 5});
    const std::uint64_t last = add(of_few_blades);
    EXPECT_THAT(of_few_blades.read({}).value().syncs, SizeIs(2));
    SyncJournal of_none(database.get(), {.syncs = 3, .blades = 1});
    EXPECT_GT(add(of_none), last);
    EXPECT_THAT(of_none.read({}).value().syncs, SizeIs(1)) << "the newest stays";
}

TEST(LoggedSyncs, OptionsAreAsTheyAreTyped) {
    api::SyncImage request{.image = samples::image()};
    EXPECT_EQ(options_text(request), "");
    request.generation = model::Generation::from_number(3).value();
    request.overwrites = true;
    request.most_removed_percent = 100;
    request.keep_out = {"- /etc/motd", "/srv/\n"};
    EXPECT_EQ(options_text(request), "--generation 3 --overwrite --max-delete 100 "
                                     "--keep-out '- /etc/motd' --keep-out '/srv/?'");
}

}  // namespace
}  // namespace dim::server
