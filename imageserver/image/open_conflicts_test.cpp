#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/image/open_conflicts.hpp"
#include "libdim/api/message_samples.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;

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
