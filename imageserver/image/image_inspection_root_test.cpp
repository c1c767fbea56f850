#include "imageserver/image/image_inspection.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::image_name;
using ::testing::IsEmpty;
using testing::value_of;

class InspectedImage : public testing::ImageStoreTest {
protected:
    InspectedImage() { import(); }
    std::string shared(const std::string& path) const {
        return store->shared_directory(granite, first) + "/" + path;
    }
    api::ImageCheck check() const { return value_of(store->check_image(granite)); }
    std::string in_image(const std::string& name) const {
        return state + "/images/granite/" + name;
    }
};

TEST_F(InspectedImage, AnUnknownOneIsNotFound) {
    EXPECT_EQ(store->image_details(image_name("slate")).error().code(), ErrorCode::not_found);
    EXPECT_EQ(store->check_image(image_name("slate")).error().code(), ErrorCode::not_found);
}

TEST_F(InspectedImage, OneOfATimeBeforeManifestsSaysSo) {
    for (const char* name :
         {"1.shared.manifest", "1.shared.cache", "1.golden.manifest", "1.golden.cache"})
        value_of(sys::unlink(in_image(name)));
    const api::ImageDetails details = value_of(store->image_details(granite));
    EXPECT_EQ(details.shared_root, std::nullopt);
    EXPECT_EQ(details.golden_image, std::nullopt);
    const auto refused = store->check_image(granite);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(refused.error().message(), HasSubstr("no manifest"));
    EXPECT_FALSE(refused.error().cure().empty());
}

TEST_F(InspectedImage, IsMadeOfWhatWasImported) {
    create("s01c1b02");
    create("s01c1b01");
    const api::ImageDetails details = value_of(store->image_details(granite));
    EXPECT_EQ(details.image, value_of(store->image(granite)));
    EXPECT_THAT(details.blades,
                ElementsAre(testing::blade_name("s01c1b01"), testing::blade_name("s01c1b02")));
    ASSERT_TRUE(details.shared_root);
    // The root, usr, bin, tool, lib, tool-again, the odd name, the link, opt, empty.
    EXPECT_EQ(details.shared_root->entries, 10U);
    EXPECT_EQ(details.shared_root->files, 2U);
    EXPECT_GT(details.shared_root_disk_bytes, 0U);
    ASSERT_TRUE(details.golden_image);
    EXPECT_EQ(details.golden_image->files, 3U) << "init, one and sparse";
    EXPECT_NE(details.golden_image->digest, details.shared_root->digest);
}

TEST_F(InspectedImage, OneTreeIsOneDigest) {
    value_of(store->import_image(request("slate"), quiet()));
    const auto one = value_of(store->image_details(granite));
    const auto again = value_of(store->image_details(image_name("slate")));
    EXPECT_EQ(one.shared_root, again.shared_root);
    EXPECT_EQ(one.golden_image, again.golden_image);
}

TEST_F(InspectedImage, WhatWasChangedByHandIsNamed) {
    EXPECT_THAT(check().differences, IsEmpty());
    reopen();
    EXPECT_THAT(check().differences, IsEmpty()) << "after a restart of the daemon";
    testing::write(shared("usr/bin/tool"), "toll", 04755);
    testing::write(shared("opt/new"), "");
    value_of(sys::unlink(shared("usr/lib/caf\xc3\xa9 \n name")));
    const api::ImageCheck found = check();
    std::vector<std::string> named;
    for (const api::TreeDifference& difference : found.differences)
        named.push_back(difference.kind + " " + difference.path);
    EXPECT_THAT(named,
                ElementsAre("metadata opt", "created opt/new", "content usr/bin/tool",
                            "metadata usr/lib", "removed usr/lib/caf\\c3\\a9\\20\\0a\\20name",
                            "content usr/lib/tool-again"));
    EXPECT_EQ(found.difference_count, 6U);
    EXPECT_EQ(found.digest, value_of(store->image_details(granite)).shared_root->digest);
}

TEST_F(InspectedImage, ADamagedManifestIsNamed) {
    testing::write(in_image("1.shared.manifest"), "dim-manifest 1\n");
    EXPECT_THAT(store->check_image(granite).error().message(), HasSubstr("shared.manifest: "));
    EXPECT_FALSE(store->image_details(granite));
}

}  // namespace
}  // namespace dim::server
