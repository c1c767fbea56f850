#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_queries.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "imageserver/boot/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using model::BootStage;
using samples::at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BootQueriesTest : public ::testing::Test {
protected:
    /// What QUESTION gives, in a transaction of its own.
    template <class Question>
    auto ask(Question question) {
        std::optional<std::decay_t<decltype(*question(std::declval<Transaction&>()))>> answer;
        const auto done = database.get().transaction([&](Transaction& transaction) -> Result<void> {
            DIM_TRY(answer, question(transaction));
            return {};
        });
        EXPECT_TRUE(done) << to_string(done.error());
        return *answer;
    }
    static BootChange begun(double now, const model::ComponentName& blade = samples::blade()) {
        BootChange change{begin_record(blade, BootStage::kernel, at(now)), {}};
        change.tell(at(now), "agent", BootStage::kernel, "begun at " + std::to_string(now),
                    {"a", "b"});
        return change;
    }
    std::int64_t store(const BootChange& change) {
        return ask([&](Transaction& transaction) { return store_change(transaction, change); });
    }
    std::vector<std::int64_t> boots(std::size_t limit = 100) {
        std::vector<std::int64_t> keys;
        for (const BootRecord& boot : ask([&](Transaction& transaction) {
                 return load_boots(transaction, samples::blade(), limit);
             }))
            keys.push_back(boot.key);
        return keys;
    }
    std::vector<api::StoryEvent> story(const model::ComponentName& blade = samples::blade()) {
        return ask([&](Transaction& transaction) { return load_story(transaction, blade); });
    }
    std::vector<std::int64_t> silent(double now) {
        std::vector<std::int64_t> keys;
        for (const BootRecord& boot : ask([&](Transaction& transaction) {
                 return load_silent_boots(transaction, at(now).uptime_us);
             }))
            keys.push_back(boot.key);
        return keys;
    }

    TestDatabase database;
};

TEST_F(BootQueriesTest, HaveNoBootThatIsNotThere) {
    const auto missing = database.get().transaction([](Transaction& transaction) -> Result<void> {
        DIM_CHECK(load_boot(transaction, 17));
        return {};
    });
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_THAT(boots(), IsEmpty());
    EXPECT_THAT(story(), IsEmpty());
}

TEST_F(BootQueriesTest, ReadWhatWasStored) {
    BootChange change = begun(1);
    change.record.key = store(change);
    change.record.attempt = 7;
    EXPECT_EQ(store(change), change.record.key) << "the same boot";
    EXPECT_EQ(
        ask([&](Transaction& transaction) { return load_boot(transaction, change.record.key); }),
        change.record);
    const auto events = story();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].boot_id, boot_id(change.record));
    EXPECT_EQ(events[0].stage, BootStage::kernel);
    EXPECT_THAT(events[0].detail, ElementsAre("a", "b"));
}

TEST_F(BootQueriesTest, NameTheDamagedRecord) {
    const std::int64_t key = store(begun(1));
    const auto damaged = database.get().transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE boot SET record = '{'"));
        DIM_CHECK(load_boot(transaction, key));
        return {};
    });
    ASSERT_FALSE(damaged);
    EXPECT_TRUE(damaged.error().message().starts_with("database: boot " + std::to_string(key)));
}

TEST_F(BootQueriesTest, KeepTheNewestBootsOfEachBladeWithTheirStory) {
    const std::int64_t other = store(begun(1, samples::other_blade()));
    std::vector<std::int64_t> keys;
    for (std::size_t i = 0; i < kBootsPerBlade + 3; ++i)
        keys.insert(keys.begin(), store(begun(2 + static_cast<double>(i))));
    keys.resize(kBootsPerBlade);
    EXPECT_EQ(boots(), keys);
    EXPECT_EQ(boots(2), (std::vector{keys[0], keys[1]})) << "newest first";
    EXPECT_EQ(story().size(), kBootsPerBlade);
    EXPECT_EQ(story(samples::other_blade()).size(), 1u) << "nobody else's";
    const auto newest =
        ask([](Transaction& transaction) { return load_newest_boots(transaction); });
    ASSERT_EQ(newest.size(), 2u);
    EXPECT_EQ(newest[0].key + newest[1].key, other + keys[0]);
}

TEST_F(BootQueriesTest, BoundAStory) {
    BootChange change = begun(1);
    for (std::size_t i = 0; i < kEventsPerBlade + 10; ++i)
        change.tell(at(2), "agent", std::nullopt, "line " + std::to_string(i));
    store(change);
    const auto events = story();
    EXPECT_EQ(events.size(), kEventsInStory);
    EXPECT_EQ(events.back().text, "line " + std::to_string(kEventsPerBlade + 9));
    const auto kept = ask([](Transaction& transaction) -> Result<std::int64_t> {
        DIM_TRY(Statement rows, transaction.query("SELECT count(*) FROM story"));
        DIM_CHECK(rows.next());
        return rows.integer(0);
    });
    EXPECT_EQ(kept, static_cast<std::int64_t>(kEventsPerBlade));
}

TEST_F(BootQueriesTest, FindTheNewestBootSilentAndNoOlderOne) {
    const std::int64_t older = store(begun(1));
    EXPECT_THAT(silent(1), IsEmpty());
    EXPECT_THAT(silent(100'000), ElementsAre(older));
    const std::int64_t newer = store(begun(2));
    EXPECT_THAT(silent(100'000), ElementsAre(newer));
    BootChange late = begun(3);
    late.record.key = older;
    store(late);
    EXPECT_THAT(silent(100'000), ElementsAre(newer)) << "a late report of the older one";
}

TEST_F(BootQueriesTest, FoldWhatWasNoBootIntoTheOneBefore) {
    BootChange first = begun(1);
    first.record.key = store(first);
    store(begun(2));
    store(begun(3));
    ask([&](Transaction& transaction) -> Result<int> {
        DIM_CHECK(fold_newer_boots(transaction, first.record));
        return 0;
    });
    EXPECT_THAT(boots(), ElementsAre(first.record.key));
    const auto events = story();
    ASSERT_EQ(events.size(), 3u);
    for (const api::StoryEvent& event : events)
        EXPECT_EQ(event.boot_id, boot_id(first.record));
}

TEST_F(BootQueriesTest, KeepAStoryOfNoBoot) {
    ask([](Transaction& transaction) -> Result<int> {
        DIM_CHECK(store_story(transaction, samples::blade(), 0,
                              {{at(1), "administrator", std::nullopt, "unassigned", {}}}));
        return 0;
    });
    const auto events = story();
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].boot_id, std::nullopt);
}

}  // namespace
}  // namespace dim::server
