#include "imageserver/image/generations_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::HasSubstr;
using testing::value_of;

/// The master of an image changed in more than one place.
class ScopedGenerations : public testing::GenerationsTest {
protected:
    ScopedGenerations() {
        import();
        testing::write(tree + "/etc/motd", "new");
        testing::write(tree + "/etc/other", "new");
        testing::write(tree + "/usr/lib/wanted", "new");
        testing::write(tree + "/usr/lib/unwanted", "new");
    }
    Result<MadeGeneration> update_paths(std::vector<std::string> paths) const {
        return store->update_image(
            {.name = granite, .source = {}, .label = "", .shared = {}, .paths = std::move(paths)},
            quiet());
    }
    bool has(const std::string& path) const { return sys::stat(path).has_value(); }
};

TEST_F(ScopedGenerations, HaveThesePathsOfTheMasterAlone) {
    const auto made = value_of(update_paths({"/etc/motd", "/usr/lib/wanted"})).generation;
    ASSERT_TRUE(made);
    EXPECT_EQ(made->source, "only /etc/motd, /usr/lib/wanted of " + tree);
    EXPECT_TRUE(has(shown(2) + "/usr/lib/wanted"));
    EXPECT_FALSE(has(shown(2) + "/usr/lib/unwanted"));
    create("s01c1b01");
    EXPECT_EQ(value_of(sys::read_file(root_of("s01c1b01") + "/etc/motd")), "new");
    EXPECT_FALSE(has(root_of("s01c1b01") + "/etc/other"));
    EXPECT_FALSE(value_of(update_paths({"/etc/motd"})).generation) << "it is so already";
}

TEST_F(ScopedGenerations, AreFollowedByOnesOfTheWholeMaster) {
    ASSERT_TRUE(value_of(update_paths({"/etc/motd"})).generation);
    keep_master_of(3);
    const auto whole =
        value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()));
    ASSERT_TRUE(whole.generation);
    EXPECT_EQ(whole.generation->source, tree);
    create("s01c1b01");
    expect_has("s01c1b01", 3);
}

TEST_F(ScopedGenerations, LookAtNothingElse) {
    value_of(sys::mkdir(tree + "/srv"));
    ASSERT_TRUE(value_of(update_paths({"/etc/motd"})).generation);
    EXPECT_EQ(update_paths({"/etc/nowhere"}).error().code(), ErrorCode::not_found);
    testing::run({"rm", tree + "/etc/motd"});
    ASSERT_TRUE(value_of(update_paths({"/etc/motd"})).generation);
    create("s01c1b01");
    EXPECT_FALSE(has(root_of("s01c1b01") + "/etc/motd"));
    EXPECT_FALSE(has(root_of("s01c1b01") + "/srv"));
}

TEST_F(ScopedGenerations, AreOfADirectory) {
    const std::string archive = directory / "master.tar";
    testing::run({"tar", "-C", tree, "-cf", archive, "."});
    api::UpdateImage request = update_request(archive, {});
    request.paths = std::vector<std::string>{"/etc/motd"};
    const auto refused = store->update_image(request, quiet());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_input);
    EXPECT_THAT(refused.error().cure(), HasSubstr("without paths"));
}

}  // namespace
}  // namespace dim::server
