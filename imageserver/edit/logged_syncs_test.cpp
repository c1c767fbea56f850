#include "imageserver/edit/edit_fixture.hpp"
#include "imageserver/edit/logged_syncs.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/override/override_journal.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using samples::blade;
using samples::image;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

/// A blade has an image of the first of two generations. Nothing is mounted, so what differs per
/// blade cannot be written; that does not matter here.
class LoggedSyncsTest : public EditFixture {
protected:
    LoggedSyncsTest() : EditFixture(migrations()) {
        add_second_generation();
        add_blade_image(blade());
        for (const std::uint32_t made : {1U, 2U})
            images.made_generations.push_back({.generation = number(made),
                                               .created = samples::at(50),
                                               .label = "",
                                               .source = "",
                                               .shared_digest = "ab",
                                               .golden_digest = std::to_string(made),
                                               .blade_images = 0});
    }
    static std::vector<Migration> migrations() {
        const auto of_images = image_migrations();
        std::vector<Migration> all(of_images.begin(), of_images.end());
        all.insert(all.end(), {kNfsMigration, kOverrideMigration, kSyncJournalMigration,
                               kSyncBoundsMigration, kSyncImageMigration});
        return all;
    }
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }
    void add_second_generation() {
        add_image();
        api::ImageSummary summary = images.image(image()).value();
        summary.generation = number(2);
        images.add(summary);
    }
    /// Once the blade was moved, and until the sync has returned, nothing can be learned of the
    /// generations.
    api::SyncReport sync_without_generations() {
        const auto lose = [this](std::string_view text, std::uint64_t, std::uint64_t) {
            if (text.starts_with("blade image of ")) EXPECT_TRUE(images.remove_image(image()));
        };
        auto report = syncs.run({.image = image()}, "root", lose).value();
        EXPECT_FALSE(images.generations(image()));
        add_second_generation();
        return report;
    }
    api::LoggedSync last() { return syncs.log({.most = 1}).value().syncs.at(0); }

    Overrides overrides{{.directory = database.directory() + "/overrides",
                         .keys_directory = database.directory() + "/keys"},
                        database.get(),
                        roster,
                        clock};
    SyncEdits edits{images,
                    overrides,
                    edited_blades,
                    {.offer_shared_roots = [] { return Result<void>(); },
                     .name_boot_files = [] {},
                     .tell_blade = [](const model::ComponentName&) {}},
                    std::chrono::milliseconds(0)};
    LoggedSyncs syncs{edits, images, database.get(), edited_blades};
    SyncJournal log{database.get()};
};

TEST_F(LoggedSyncsTest, EndThoughTheGenerationsCannotBeLookedAt) {
    EXPECT_THAT(sync_without_generations().outcomes, SizeIs(1));
    EXPECT_THAT(last().ended, Optional(clock.now().time));
    EXPECT_TRUE(last().is_to_undo());
    EXPECT_THAT(log.last_to_undo(image()).value().identities, IsEmpty());
    const api::UndoSync back{.image = image(), .sync = last().number};
    ASSERT_TRUE(syncs.undo(back, "root", no_progress));
    EXPECT_EQ(images.blade_image(blade(), image()).value().generation, number(1));
}

TEST_F(LoggedSyncsTest, AreOfGenerationsThatAreKnownByTheirTimesThen) {
    sync_without_generations();
    images.made_generations[0].created = samples::at(200);
    const auto undone = syncs.undo({.image = image(), .sync = last().number}, "root", no_progress);
    ASSERT_FALSE(undone) << "generation 1 was made after it";
    EXPECT_EQ(undone.error().code(), ErrorCode::conflict);
}

TEST_F(LoggedSyncsTest, OtherwiseKnowThemByWhatTheyHold) {
    ASSERT_TRUE(syncs.run({.image = image()}, "root", no_progress));
    EXPECT_THAT(log.last_to_undo(image()).value().identities, SizeIs(2));
}

}  // namespace
}  // namespace dim::server
