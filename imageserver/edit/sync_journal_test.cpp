#include "imageserver/blade/sample_cluster.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/edit/logged_syncs.hpp"
#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::other_blade;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::Pair;
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

    TestDatabase database{{kSyncJournalMigration, kSyncBoundsMigration}};
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

TEST_F(SyncJournalTest, TheOldestGoWhenTheyAreTooLong) {
    add(journal);
    SyncJournal small(database.get(), {.syncs = 100, .blades = 100, .bytes = 100'000});
    api::SyncReport large = report();
    for (int i = 0; i < 100; ++i)
        large.outcomes[0].kept_out.push_back({"/" + std::string(500, 'x'), "a rule"});
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t added = small.begin(beginning()).value();
        ASSERT_TRUE(small.finish(added, large, samples::at(2)));
    }
    EXPECT_THAT(small.read({}).value().syncs, SizeIs(1));
    EXPECT_EQ(rows_of("sync_run_outcome"), 2);
}

TEST_F(SyncJournalTest, WhatTheGenerationsHeldIsKnown) {
    const std::uint64_t added = journal.begin(beginning()).value();
    const std::vector<api::ImageGeneration> generations{
        {number(2), samples::at(1), "", "", "ab", "cd", 0},
        {number(3), samples::at(1), "", "", "ef", "01", 0},
        {number(4), samples::at(1), "", "", "", "", 0}};
    ASSERT_TRUE(journal.finish(added, report(), samples::at(2), generations));
    EXPECT_THAT(journal.last_to_undo(samples::image()).value().identities,
                ElementsAre(Pair(number(3), "ef01")))
        << "2 was that of a blade that failed; of 4 nothing is known";
}

/// The log beside the images.
class SyncsOfImages : public ::testing::Test {
protected:
    static std::vector<Migration> migrations() {
        const auto images = image_migrations();
        std::vector<Migration> all(images.begin(), images.end());
        all.insert(all.end(), {kSyncJournalMigration, kSyncBoundsMigration, kSyncImageMigration});
        return all;
    }
    void import() {
        api::ImageSummary summary = api::samples::image_summary();
        summary.name = samples::image();
        ASSERT_TRUE(catalog.begin_import(summary, api::samples::image_source()));
    }

    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", migrations()).value();
    ImageCatalog catalog{database};
    SyncJournal journal{database};
};

TEST_F(SyncsOfImages, ThoseOfARemovedOneAreNoneOfTheNext) {
    import();
    const model::Generation four = model::Generation::from_number(4).value();
    const auto add = [&](bool ends) {
        const std::uint64_t added =
            journal.begin({samples::image(), samples::at(1), "root", ""}).value();
        const api::SyncOutcome moved{.blades = {blade()}, .state = "synced", .from = four};
        if (ends)
            EXPECT_TRUE(
                journal.finish(added, {samples::image(), four, false, {moved}}, samples::at(2)));
        return added;
    };
    add(true);
    EXPECT_TRUE(journal.last_to_undo(samples::image()));
    add(false);
    EXPECT_EQ(journal.last_to_undo(samples::image()).error().code(), ErrorCode::conflict);
    ASSERT_TRUE(catalog.forget_image(samples::image()));
    import();
    EXPECT_EQ(journal.last_to_undo(samples::image()).error().code(), ErrorCode::not_found);
    const auto log = journal.read({.image = samples::image()}).value();
    ASSERT_THAT(log.syncs, SizeIs(2));
    EXPECT_THAT(log.syncs[1].is_of_removed, Optional(true));
    EXPECT_FALSE(log.syncs[1].is_to_undo());
    const std::uint64_t next = add(true);
    EXPECT_EQ(journal.last_to_undo(samples::image()).value().sync.number, next);
    EXPECT_THAT(journal.read({.most = 1}).value().syncs[0].is_of_removed, std::nullopt);
}

TEST(LoggedSyncs, OptionsAreAsTheyAreTyped) {
    api::SyncImage request{.image = samples::image()};
    EXPECT_EQ(options_text(request), "");
    request.generation = model::Generation::from_number(3).value();
    request.on_conflict = model::ConflictPolicy::overwrite;
    request.most_removed_percent = 100;
    request.keep_out = {"- /etc/motd", "/srv/\n"};
    EXPECT_EQ(options_text(request), "--generation 3 --on-conflict overwrite --max-delete 100 "
                                     "--keep-out '- /etc/motd' --keep-out '/srv/?'");
}

}  // namespace
}  // namespace dim::server
