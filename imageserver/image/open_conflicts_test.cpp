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
using ::testing::IsEmpty;

class OpenConflictsTest : public ::testing::Test {
protected:
    static model::Generation number(std::uint32_t number) {
        return model::Generation::from_number(number).value();
    }
    static changeset::Outline outline_of(const std::vector<std::string>& paths) {
        changeset::Outline outline;
        for (const std::string& path : paths)
            outline.newer.entries.emplace_back().path = path;
        return outline;
    }
    /// The blade moved; CHANGED differs between the generations, CONFLICTS stay.
    void settle(std::uint32_t older, std::uint32_t newer, const std::vector<std::string>& changed,
                const std::vector<std::string>& conflicts) {
        std::vector<changeset::KeptPath> kept;
        for (const std::string& path : conflicts)
            kept.push_back({path, "it was changed here"});
        const OpenConflicts::Move move{blade, image, number(older), number(newer),
                                       api::samples::time()};
        ASSERT_TRUE(open.settle(move, outline_of(changed), kept));
    }
    /// "etc/motd 1-2"
    std::vector<std::string> all() {
        std::vector<std::string> texts;
        for (const OpenConflict& one : open.of(image).value())
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
    settle(1, 2, {"etc/a", "etc/b", "etc/c"}, {"etc/a", "etc/b"});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-2", "etc/b 1-2"));
    settle(2, 3, {"etc/c"}, {});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-2", "etc/b 1-2")) << "the generations have them alike";
    settle(3, 4, {"etc/a", "etc/b"}, {"etc/a"});
    EXPECT_THAT(all(), ElementsAre("etc/a 1-4")) << "the blade changed that of generation 1";
}

TEST_F(OpenConflictsTest, EndWhereTheBladeIsBack) {
    settle(1, 2, {"etc/a"}, {"etc/a"});
    settle(2, 1, {"etc/a"}, {"etc/a"});
    EXPECT_THAT(all(), IsEmpty()) << "no generation changed what the blade did";
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
    settle(1, 2, many, many);
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
    settle(1, 2, {"etc/a"}, {"etc/a"});
    ASSERT_TRUE(catalog.forget_blade_image(blade, image));
    EXPECT_THAT(all(), IsEmpty());
}

}  // namespace
}  // namespace dim::server
