#include "imageserver/image/image_store_test_fixture.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::value_of;

class Split : public testing::ImageStoreTest {
protected:
    Result<MadeGeneration> update(std::vector<std::string> shared) const {
        return store->update_image(
            {.name = granite, .source = {}, .label = "", .shared = std::move(shared)}, quiet());
    }
    std::vector<std::string> shared_of(std::uint32_t generation) const {
        return value_of(store->image(granite, number(generation))).shared;
    }
    /// What blades of the generation are shown, and a new blade image, are together the master.
    void expect_whole(std::uint32_t generation, std::string_view blade) const {
        expect_whole(tree, generation, blade);
    }
    void expect_whole(const std::string& master, std::uint32_t generation,
                      std::string_view blade) const {
        create(blade);
        const std::string root = store->mount_point(blade_name(blade), granite);
        std::vector<std::string> elsewhere{"/etc/hostname", "/lost+found"};
        for (const std::string& name : shared_of(generation)) {
            EXPECT_EQ(testing::differences(master + "/" + name,
                                           store->shared_mount_point(granite, number(generation)) +
                                               "/" + name),
                      "");
            EXPECT_THAT(names_in(root + "/" + name), IsEmpty());
            elsewhere.push_back("/" + name + "/*");
        }
        EXPECT_THAT(testing::differences(master, root, elsewhere),
                    ::testing::AnyOf("", ".d..t...... etc/\n"));
    }
    static std::vector<std::string> names_in(const std::string& directory) {
        return value_of(sys::list_names(value_of(sys::open_directory(directory))));
    }
};

TEST_F(Split, IsThatOfTheTreeUnlessItIsNamed) {
    api::ImportImage unnamed = request();
    unnamed.shared.reset();
    const Notes notes = value_of(store->import_image(unnamed, quiet()));
    EXPECT_THAT(value_of(store->image(granite)).shared, ElementsAre("opt", "sbin", "usr"));
    EXPECT_THAT(notes.front(), HasSubstr("shared by all blades, read-only: opt sbin usr;"));
    expect_whole(1, "s01c1b01");

    // A merged /usr: links to it are nothing to share.
    testing::run({"cp", "-a", tree + "/sbin", tree + "/usr/sbin"});
    testing::run({"rm", "-r", tree + "/sbin", tree + "/opt"});
    value_of(sys::symlink("usr/sbin", tree + "/sbin"));
    unnamed.name = testing::image_name("merged");
    value_of(store->import_image(unnamed, quiet()));
    EXPECT_THAT(value_of(store->image(unnamed.name)).shared, ElementsAre("usr"));
}

TEST_F(Split, IsAnotherOneFromAGenerationOn) {
    const std::string first_master = directory / "first";
    testing::run({"cp", "-a", tree, first_master});
    import();
    create("s01c1b01");
    const MadeGeneration made = value_of(update({"usr", "sbin"}));
    ASSERT_TRUE(made.generation);
    EXPECT_THAT(made.notes.front(), HasSubstr("usr sbin"));
    EXPECT_THAT(made.generation->shared, ElementsAre("usr", "sbin"));
    expect_whole(2, "s01c1b02");
    EXPECT_THAT(names_in(store->shared_mount_point(granite, number(2))),
                ::testing::UnorderedElementsAre("usr", "sbin"));
    // The blade of the first one is shown what it was.
    EXPECT_THAT(shared_of(1), ElementsAre("usr", "opt"));
    EXPECT_EQ(
        testing::differences(tree + "/opt", store->shared_mount_point(granite, number(1)) + "/opt"),
        "");
    EXPECT_FALSE(value_of(update({"usr", "sbin"})).generation) << "it is that already";

    testing::write(tree + "/opt/news", "news");
    value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()));
    EXPECT_THAT(shared_of(3), ElementsAre("usr", "sbin")) << "it stays";
    expect_whole(3, "s01c1b03");

    value_of(sys::unlink(tree + "/opt/news"));
    value_of(
        store->roll_back_image({.name = granite, .generation = number(1), .label = ""}, quiet()));
    EXPECT_THAT(shared_of(4), ElementsAre("usr", "opt"));
    expect_whole(first_master, 4, "s01c1b04");
}

TEST_F(Split, WhatAnUpdateWouldChangeIsToldBefore) {
    import();
    std::filesystem::create_hard_link(tree + "/usr/bin/tool", tree + "/usr/more");
    testing::write(tree + "/opt/news", "news");
    const auto told = [&](std::optional<std::vector<std::string>> shared) {
        const api::SourceDifference difference = value_of(store->compare_with_source(
            {.name = granite, .source = {}, .label = "", .shared = std::move(shared)}, quiet()));
        EXPECT_EQ(difference.generation, first);
        EXPECT_EQ(difference.source, tree);
        EXPECT_EQ(difference.difference_count, difference.differences.size());
        std::vector<std::string> paths;
        for (const api::TreeDifference& one : difference.differences)
            paths.push_back(one.kind + " " + one.path);
        return paths;
    };
    const auto changed = told({});
    EXPECT_THAT(changed, ElementsAre("metadata opt", "created opt/news", "metadata usr",
                                     "created usr/more"));
    EXPECT_THAT(told({{"usr", "sbin"}}), changed) << "where a file is makes it no other one";
    EXPECT_EQ(value_of(store->image(granite)).generation, first);
    ASSERT_TRUE(value_of(update({"usr", "opt"})).generation);
    EXPECT_EQ(
        value_of(store->compare_with_source({.name = granite, .source = {}, .label = ""}, quiet()))
            .difference_count,
        0U);
}

TEST_F(Split, OfWhatIsNotThereIsRefused) {
    import();
    EXPECT_EQ(update({"usr", "missing"}).error().code(), ErrorCode::not_found);
    EXPECT_EQ(update({"etc"}).error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(value_of(store->image(granite)).generation, number(1));
}

TEST_F(Split, IsFoundInTheFilesWhenTheDatabaseIsLost) {
    import();
    value_of(update({"usr", "sbin"}));
    lose_database();
    value_of(store->adopt_image({granite, model::Architecture::ppc64, "/sbin/init"}));
    EXPECT_THAT(shared_of(1), ::testing::UnorderedElementsAre("usr", "opt"));
    EXPECT_THAT(shared_of(2), ::testing::UnorderedElementsAre("usr", "sbin"));
}

TEST_F(Split, TheInitIsAProgramOfTheImage) {
    import();
    api::SetImage request{.name = granite,
                          .init = "/usr/bin/gone",
                          .nfs_version = "4.2",
                          .nfs_actimeo_seconds = {},
                          .nfs_nconnect = {}};
    EXPECT_THAT(store->set_image(request).error().message(), HasSubstr("no program /usr/bin/gone"));
    EXPECT_EQ(value_of(store->image(granite)).nfs, api::NfsOptions{});
    request.init = "/usr/bin/tool";
    value_of(store->set_image(request));
    EXPECT_EQ(value_of(store->image(granite)).init, "/usr/bin/tool");
    EXPECT_EQ(value_of(store->image(granite)).nfs.version, "4.2");
}

TEST_F(Split, PoliciesOfSyncsAreCheckedAndKept) {
    import();
    const auto set = [&](std::optional<std::string> keep_out, std::optional<std::string> merge) {
        return store->set_image({.name = granite,
                                 .init = {},
                                 .nfs_version = {},
                                 .nfs_actimeo_seconds = {},
                                 .nfs_nconnect = {},
                                 .keep_out = std::move(keep_out),
                                 .merge = std::move(merge)});
    };
    EXPECT_THAT(set("/etc/[a", {}).error().message(), HasSubstr("of image granite"));
    EXPECT_EQ(set({}, "motd").error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(value_of(store->image(granite)).sync, api::SyncPolicy{});
    value_of(set("/etc/a", "group, passwd"));
    EXPECT_EQ(value_of(store->image(granite)).sync.merge, "passwd,group");
    value_of(set("", {}));
    EXPECT_EQ(value_of(store->image(granite)).sync,
              (api::SyncPolicy{model::ConflictPolicy::ask, "", "passwd,group"}));
}

}  // namespace
}  // namespace dim::server
