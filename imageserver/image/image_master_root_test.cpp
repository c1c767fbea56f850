#include "imageserver/image/image_store_test_fixture.hpp"
#include "libdim/api/image_request.hpp"

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ImageMasterTest : public ImageStoreTest {
protected:
    std::string shared() const { return store->shared_directory(granite, first); }
    std::string golden(const std::string& path) const {
        return state + "/mounts/blades/s01c1b01/granite/" + path;
    }
    api::ImportImage request_of(const std::string& source) const {
        api::ImportImage request = this->request();
        request.source = value_of(model::MasterSource::parse(source));
        return request;
    }
    void pack() const { run({"tar", "-C", tree, "--xattrs", "-czf", directory / "t.tgz", "."}); }
};

TEST_F(ImageMasterTest, AnArchiveBecomesAnImage) {
    pack();
    api::ImportImage request = request_of(directory / "t.tgz");
    request.exclude = {"/dev/*", "/usr/lib/*-again", "lost+found"};
    value_of(store->import_image(request, quiet()));
    create("s01c1b01");
    EXPECT_EQ(value_of(sys::read_file(shared() + "/usr/bin/tool")), "tool");
    EXPECT_FALSE(sys::stat(shared() + "/usr/lib/tool-again"));
    EXPECT_EQ(value_of(sys::read_file(golden("var/two"))), "same file");
    EXPECT_THAT(value_of(sys::list_names(golden("dev"))), IsEmpty());
    EXPECT_THAT(value_of(sys::list_names(state + "/images")), ElementsAre("granite"));
    const api::ImageDetails details = value_of(store->image_details(granite));
    ASSERT_TRUE(details.source);
    EXPECT_EQ(details.source->source, request.source);
    EXPECT_EQ(details.source->exclude, request.exclude);
}

TEST_F(ImageMasterTest, StandardInputIsNotThereASecondTime) {
    const std::string spool = directory.path() + std::string(api::kSpooledInput) + "aBc123";
    run({"tar", "-C", tree, "-czf", spool, "."});
    value_of(store->import_image(request_of(spool), quiet()));
    value_of(sys::unlink(spool));
    const auto again = store->update_image({.name = granite, .source = {}, .label = ""}, quiet());
    ASSERT_FALSE(again);
    EXPECT_THAT(to_string(again.error()), HasSubstr("was standard input"));
}

TEST_F(ImageMasterTest, NothingIsLeftOfOneThatFails) {
    write(directory / "t.tgz", "no archive");
    EXPECT_FALSE(store->import_image(request_of(directory / "t.tgz"), quiet()));
    pack();
    std::filesystem::resize_file(directory / "t.tgz",
                                 std::filesystem::file_size(directory / "t.tgz") - 4);
    EXPECT_THAT(to_string(store->import_image(request_of(directory / "t.tgz"), quiet()).error()),
                HasSubstr("damaged or cut"));
    EXPECT_THAT(value_of(sys::list_names(state + "/images")), IsEmpty());
    import();
}

TEST_F(ImageMasterTest, AKilledCaptureIsUndone) {
    pack();
    // As if the daemon was killed while it unpacked: its call never returns.
    value_of(database->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("INSERT INTO image (name, architecture, init, "
                                      "blade_image_bytes) "
                                      "VALUES ('granite', 'ppc64', '/sbin/init', 67108864)"));
        return transaction.execute("INSERT INTO image_generation (image, generation, state, "
                                   "created_us) VALUES ('granite', 1, 'importing', 0)");
    }));
    const std::string unpacked = state + "/images/.granite.master/tree/usr";
    run({"mkdir", "-p", unpacked});
    reopen();
    EXPECT_THAT(value_of(sys::list_names(state + "/images")), IsEmpty());
    value_of(store->import_image(request_of(directory / "t.tgz"), quiet()));
    // The same while it made another generation.
    run({"mkdir", "-p", unpacked});
    EXPECT_FALSE(
        value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()))
            .generation);
    run({"mkdir", "-p", unpacked});
    reopen();
    EXPECT_THAT(value_of(sys::list_names(state + "/images")), ElementsAre("granite"));
}

TEST_F(ImageMasterTest, WhatCannotBeTakenAwayDoesNotStopTheServer) {
    pack();
    value_of(store->import_image(request_of(directory / "t.tgz"), quiet()));
    const std::string held = state + "/images/.granite.master/tree";
    run({"mkdir", "-p", held});
    value_of(sys::mount("none", held, "tmpfs", 0, ""));
    reopen();
    value_of(store->image(granite));
    EXPECT_THAT(
        to_string(
            store->update_image({.name = granite, .source = {}, .label = ""}, quiet()).error()),
        HasSubstr(".granite.master"));
    value_of(sys::umount(held));
    value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()));
}

TEST_F(ImageMasterTest, AFileInBothHalvesIsInEach) {
    std::filesystem::create_hard_link(tree + "/usr/bin/tool", tree + "/var/lib/tool");
    import();
    create("s01c1b01");
    EXPECT_EQ(value_of(sys::read_file(shared() + "/usr/bin/tool")), "tool");
    EXPECT_EQ(value_of(sys::read_file(golden("var/lib/tool"))), "tool");
    EXPECT_EQ(value_of(sys::stat(golden("var/lib/tool"))).links, 1U);
}

TEST_F(ImageMasterTest, WhatIsLeftOutOfADirectoryIsInNeitherHalf) {
    write(tree + "/usr/core", "x");
    write(tree + "/var/core", "x");
    write(tree + "/core", "x");
    api::ImportImage request = this->request();
    request.exclude = {"core"};
    value_of(store->import_image(request, quiet()));
    create("s01c1b01");
    EXPECT_FALSE(sys::stat(shared() + "/usr/core"));
    EXPECT_FALSE(sys::stat(golden("var/core")));
    EXPECT_FALSE(sys::stat(golden("core")));
}

TEST_F(ImageMasterTest, DisksMountedBelowBelongToIt) {
    value_of(sys::mkdir(tree + "/var/disk"));
    value_of(sys::mkdir(tree + "/var/memory"));
    run({"bash", "-euc",
         "cd '" + directory.path() +
             "' && truncate -s 8M small && mkfs.ext4 -q small && "
             "mount -o loop small tree/var/disk && mount -t tmpfs none tree/var/memory && "
             "echo x >tree/var/disk/inside && echo x >tree/var/memory/inside"});
    value_of(store->import_image(request(), quiet()));
    create("s01c1b01");
    EXPECT_FALSE(
        value_of(store->update_image({.name = granite, .source = {}, .label = ""}, quiet()))
            .generation)
        << "an update sees what the import saw";
    api::ImportImage other = request("other");
    other.one_file_system = true;
    value_of(store->import_image(other, quiet()));
    value_of(store->create_blade_image(blade_name("s01c1b01"), other.name, quiet()));
    run({"umount", tree + "/var/disk", tree + "/var/memory"});
    EXPECT_TRUE(sys::stat(golden("var/disk/inside")));
    EXPECT_THAT(value_of(sys::list_names(golden("var/memory"))), IsEmpty());
    EXPECT_THAT(value_of(sys::list_names(state + "/mounts/blades/s01c1b01/other/var/disk")),
                IsEmpty());
}

}  // namespace
}  // namespace dim::server
