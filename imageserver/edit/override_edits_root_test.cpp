#include "imageserver/boot/test_database.hpp"
#include "imageserver/edit/override_edits.hpp"
#include "imageserver/override/overrides_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

class EditedOverrides : public testing::OverridesTest {
protected:
    EditedOverrides() {
        put("cluster/etc/motd", "first {name}\n");
        put("cluster/etc/key", "secret {name}\n", 0600);
        import();
        create("s01c1b01");
        create("s01c1b02");
    }
    api::OverrideFile file(const std::string& path) {
        const auto list = value_of(edits().look({{blade_name("s01c1b01")}, granite, path}));
        EXPECT_EQ(list.images.size(), 1U);
        return list.images.at(0).files.at(0);
    }
    OverrideEdits edits() { return {*overrides, *store, EditedBlades(roster, journal, clock)}; }

    TestDatabase stories;
    BootJournal journal{stories.get(), clock.now()};
};

TEST_F(EditedOverrides, AskAndWriteNothingForWhoIsNoBladeOfOurs) {
    EXPECT_EQ(edits().look({{blade_name("s01c1b09")}, {}, {}}).error().code(),
              ErrorCode::not_found);
    EXPECT_EQ(edits().apply({granite, {blade_name("s01c1b09")}, false}, quiet()).error().code(),
              ErrorCode::not_found);
    EXPECT_THAT(value_of(edits().look({{blade_name("s01c1b03")}, {}, {}})).images, IsEmpty())
        << "it has no image";
    EXPECT_FALSE(edits().apply({granite, {blade_name("s01c1b03")}, false}, quiet()));
}

TEST_F(EditedOverrides, AProblemOfOneKeepsTheOthersFromNothing) {
    put("blade/s01c1b01/etc/issue", "{nmae}\n");
    put("cluster/etc/motd", "second {name}\n");
    const auto list =
        value_of(edits().look({{blade_name("s01c1b01"), blade_name("s01c1b02")}, {}, {}}));
    ASSERT_EQ(list.images.size(), 2U);
    ASSERT_TRUE(list.images[0].problem);
    EXPECT_THAT(list.images[0].problem->detail, HasSubstr("blade/s01c1b01/etc/issue, line 1"));
    EXPECT_FALSE(list.images[1].problem);
    const auto refused =
        edits().apply({granite, {blade_name("s01c1b01"), blade_name("s01c1b02")}, false}, quiet());
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message(), HasSubstr("s01c1b01"));
    EXPECT_EQ(read("s01c1b02", "etc/motd"), "second s01c1b02\n");
    EXPECT_EQ(read("s01c1b01", "etc/motd"), "first s01c1b01\n");
}

TEST_F(EditedOverrides, TellWhatIsToBeAndWriteIt) {
    EXPECT_EQ(file("/etc/motd").state, "current");
    EXPECT_EQ(file("/etc/motd").text, "first s01c1b01\n");
    EXPECT_EQ(file("/etc/motd").written, clock.now().time);
    put("cluster/etc/motd", "second {name}\n");
    put("cluster/etc/key", "other {name}\n", 0600);
    EXPECT_EQ(file("/etc/motd").state, "outdated");
    const api::OverrideFile key = file("/etc/key");
    EXPECT_TRUE(key.is_secret);
    EXPECT_EQ(key.text, std::nullopt);
    EXPECT_EQ(file("/etc/ssh/ssh_host_rsa_key").text, std::nullopt);
    clock.pass(std::chrono::seconds(9));
    const auto edit = value_of(
        edits().apply({granite, {blade_name("s01c1b01"), blade_name("s01c1b02")}, false}, quiet()));
    EXPECT_EQ(edit.done, "overrides of granite on 2 blades: 4 files written");
    EXPECT_EQ(file("/etc/motd").state, "current");
    EXPECT_EQ(file("/etc/motd").written, clock.now().time);
    EXPECT_EQ(read("s01c1b01", "etc/key"), "other s01c1b01\n");
    testing::write(root_of("s01c1b01") + "etc/motd", "the blade's\n");
    EXPECT_EQ(file("/etc/motd").state, "changed");
    EXPECT_EQ(
        value_of(edits().apply({granite, {blade_name("s01c1b01")}, false}, quiet())).done,
        "overrides of granite on s01c1b01: 0 files written, 1 kept as the blade changed them");
    EXPECT_EQ(value_of(edits().apply({granite, {blade_name("s01c1b01")}, true}, quiet())).done,
              "overrides of granite on s01c1b01: 1 file written");
}

}  // namespace
}  // namespace dim::server
