#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/image/open_conflicts.hpp"
#include "imageserver/state/read_rows.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class OpenConflictsTest : public ::testing::Test {
protected:
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }
    static std::vector<changeset::KeptPath> kept(const std::vector<std::string>& paths,
                                                 const std::string& reason) {
        std::vector<changeset::KeptPath> all;
        for (const std::string& path : paths)
            all.push_back({path, reason});
        return all;
    }
    /// The blade moved; SETTLED became the generation's, CONFLICTS stay, so does what is KEPT_OUT.
    void settle(std::uint32_t older, std::uint32_t newer, const std::vector<std::string>& settled,
                const std::vector<std::string>& conflicts,
                const std::vector<std::string>& kept_out = {}) {
        ASSERT_TRUE(
            open.settle(move(older, newer), {.conflicts = kept(conflicts, "it was changed here"),
                                             .kept_out = kept(kept_out, "a rule"),
                                             .settled = settled}));
    }
    OpenConflicts::Move move(std::uint32_t older, std::uint32_t newer) const {
        return {blade, image, number(older), number(newer), api::samples::time()};
    }
    /// So many of each of some blades, s01c1b01 and so on.
    void fill(int blades, int of_each) {
        ASSERT_TRUE(database.transaction([&](Transaction& transaction) {
            return transaction.execute(
                "WITH RECURSIVE row(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM row WHERE i + 1 < "
                "?1 * ?2) INSERT INTO open_conflict SELECT printf('s01c1b%02d', 1 + i / ?2), ?3, "
                "printf('etc/%05d', i % ?2), 'it was changed here', 1, 2, 0 FROM row",
                blades, of_each, image.text());
        }));
    }
    /// How SQL is carried out.
    template <class... Values>
    std::vector<std::string> plan(std::string_view sql, const Values&... values) {
        constexpr int kDetail = 3;
        return database
            .transaction([&](Transaction& transaction) -> Result<std::vector<std::string>> {
                DIM_TRY(Statement rows,
                        transaction.query("EXPLAIN QUERY PLAN " + std::string(sql), values...));
                return read_rows(std::move(rows), [](const Statement& row) -> Result<std::string> {
                    return row.text(kDetail);
                });
            })
            .value();
    }
    /// "etc/motd 1-2"
    std::vector<std::string> all() {
        std::vector<std::string> texts;
        for (const OpenConflict& one : open.find(image, {}).value().conflicts)
            texts.push_back(one.path + " " + to_string(one.older) + "-" + to_string(one.newer));
        return texts;
    }

    const testing::TemporaryDirectory directory;
    Database database = Database::open(directory / "dim.db", image_migrations()).value();
    OpenConflicts open{database};
    const model::ImageName image = api::samples::image();
    const model::ComponentName blade = api::samples::blade();
};

TEST_F(OpenConflictsTest, StayUntilAMoveFindsNone) {
    settle(1, 2, {"etc/c"}, {"etc/a", "etc/b"});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-2", "etc/b 1-2"));
    settle(2, 3, {"etc/c"}, {});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-2", "etc/b 1-2")) << "the generations have them alike";
    settle(3, 4, {"etc/b"}, {"etc/a"});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-4")) << "the blade changed that of generation 1";
}

TEST_F(OpenConflictsTest, EndWhereTheBladeIsBack) {
    settle(1, 2, {}, {"etc/a", "etc/b"});
    settle(2, 1, {}, {"etc/a"}, {"etc/b"});
    EXPECT_THAT(all(), IsEmpty()) << "no generation changed what the blade did";
}

TEST_F(OpenConflictsTest, StayWhereARuleKeepsThemOut) {
    settle(1, 2, {}, {"etc/a"});
    settle(2, 3, {}, {}, {"etc/a", "etc/other"});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-3"));
}

TEST_F(OpenConflictsTest, AllThatIsSaidOfAPathIsKept) {
    std::vector<changeset::KeptPath> several = kept({"etc/group", "etc/passwd"}, "alice: user id");
    several.push_back({"etc/passwd", "bob: shell"});
    ASSERT_TRUE(open.settle(move(1, 2), {.conflicts = several, .kept_out = {}, .settled = {}}));
    auto found = open.find(image, {}).value().conflicts;
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1].reason, "alice: user id; bob: shell");
    const std::vector<changeset::KeptPath> many(
        300, changeset::KeptPath{"etc/passwd", std::string(90, 'x')});
    ASSERT_TRUE(open.settle(move(1, 2), {.conflicts = many, .kept_out = {}, .settled = {}}));
    found = open.find(image, {}).value().conflicts;
    EXPECT_LT(found[1].reason.size(), 1000U);
    EXPECT_THAT(found[1].reason, EndsWith("; and 292 more"));
}

TEST_F(OpenConflictsTest, AreFoundAndCounted) {
    settle(1, 2, {}, {"etc/a", "etc/b", "etc/c"});
    const auto found =
        open.find(image, {.blade = blade,
                          .is_wanted =
                              [](const OpenConflict& conflict) { return conflict.path != "etc/a"; },
                          .most = 1})
            .value();
    EXPECT_EQ(found.total, 2U);
    ASSERT_EQ(found.conflicts.size(), 1U);
    EXPECT_EQ(found.conflicts[0].path, "etc/b");
    const auto other = model::ComponentName::parse("s01c1b09").value();
    EXPECT_EQ(open.find(image, {.blade = other}).value().total, 0U);
    const auto counts = open.count(image).value();
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts[0].conflicts, 3U);
}

TEST_F(OpenConflictsTest, AreFoundByAnIndex) {
    EXPECT_THAT(plan(OpenConflicts::kOfBlade, image.text(), blade.text()),
                ElementsAre("SEARCH open_conflict USING PRIMARY KEY (blade=? AND image=?)"));
    EXPECT_THAT(
        plan(OpenConflicts::kOfImage, image.text(), blade.text(), "etc/a", 1),
        ElementsAre(AllOf(StartsWith("SEARCH open_conflict USING INDEX open_conflict_image"),
                          HasSubstr("image=? AND (blade,path)>"))))
        << "in the order of the index: there is nothing to sort";
}

TEST_F(OpenConflictsTest, PagesJoin) {
    constexpr int kEach = OpenConflicts::kPage / 3 * 2;
    for (const int blades : {1, 3, 4}) {
        ASSERT_TRUE(database.transaction([](Transaction& transaction) {
            return transaction.execute("DELETE FROM open_conflict");
        }));
        fill(blades, kEach);
        const auto found = open.find(image, {}).value();
        EXPECT_EQ(found.total, static_cast<std::uint64_t>(blades * kEach));
        std::set<std::pair<std::string, std::string>> all;
        for (const OpenConflict& one : found.conflicts) {
            const auto [at, is_new] = all.emplace(one.blade.text(), one.path);
            EXPECT_TRUE(is_new && std::next(at) == all.end()) << one.path << ": in order, once";
        }
        EXPECT_EQ(all.size(), found.total);
    }
    EXPECT_EQ(open.find(image, {.blade = blade}).value().total, static_cast<std::uint64_t>(kEach));
}

TEST_F(OpenConflictsTest, AWholePageIsNotTheEnd) {
    fill(2, OpenConflicts::kPage);
    EXPECT_EQ(open.find(image, {}).value().total, 2 * OpenConflicts::kPage);
    const auto few = open.find(image, {.most = 1}).value();
    EXPECT_EQ(few.total, 2 * OpenConflicts::kPage);
    EXPECT_EQ(few.conflicts.size(), 1U);
}

TEST_F(OpenConflictsTest, OthersHaveTheirTurnBetweenPages) {
    fill(2, OpenConflicts::kPage);
    bool is_first = true;
    const ConflictSearch search{.is_wanted = [&](const OpenConflict& conflict) {
        if (std::exchange(is_first, false))
            EXPECT_TRUE(database.transaction([&](Transaction& transaction) {
                return transaction.execute("DELETE FROM open_conflict WHERE blade <> ?1",
                                           conflict.blade.text());
            }));
        return true;
    }};
    EXPECT_EQ(open.find(image, search).value().total, OpenConflicts::kPage);
}

TEST_F(OpenConflictsTest, ThatOfTheRootIsFoundToo) {
    settle(1, 2, {}, {"", "etc/a"});
    EXPECT_THAT(all(), ElementsAre(" 1-2", "etc/a 1-2"));
    EXPECT_EQ(open.find(image, {.blade = blade}).value().total, 2U);
}

TEST_F(OpenConflictsTest, AreClosedOneByOne) {
    settle(1, 2, {}, {"etc/a", "etc/b"});
    const std::array<std::string, 2> paths{"etc/a", "etc/other"};
    ASSERT_TRUE(open.close(blade, image, paths));
    EXPECT_THAT(all(), ElementsAre("etc/b 1-2"));
}

TEST_F(OpenConflictsTest, AreBounded) {
    std::vector<std::string> many;
    for (std::size_t i = 0; i <= OpenConflicts::kMost; ++i)
        many.push_back("etc/" + std::to_string(i));
    settle(1, 2, {}, many);
    EXPECT_EQ(all().size(), OpenConflicts::kMost);
    settle(2, 3, {}, {"etc/more"});
    EXPECT_EQ(all().size(), OpenConflicts::kMost);
}

TEST_F(OpenConflictsTest, GoWithTheBladeImage) {
    ImageCatalog catalog(database);
    api::ImageSummary summary = api::samples::image_summary();
    summary.name = image;
    summary.generation = number(1);
    ASSERT_TRUE(catalog.begin_import(summary, api::samples::image_source()));
    ASSERT_TRUE(catalog.finish_generation({image, number(1)}, {"ab", "cd"}));
    ASSERT_TRUE(
        catalog.begin_blade_image({blade, image, number(1), BladeImageState::creating, 1, false}));
    settle(1, 2, {}, {"etc/a"});
    ASSERT_TRUE(catalog.forget_blade_image(blade, image));
    EXPECT_THAT(all(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
