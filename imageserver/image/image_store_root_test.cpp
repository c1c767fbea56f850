#include "imageserver/image/image_catalog.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/image/image_store_test_fixture.hpp"
#include "imageserver/image/loop_mount.hpp"

#include <future>
#include <set>

#include <gmock/gmock.h>

namespace dim::server {
namespace {

using testing::blade_name;
using ::testing::HasSubstr;
using testing::image_name;
using testing::ImageStoreTest;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run;
using testing::value_of;

class ImageImport : public ImageStoreTest {
protected:
    Error refusal(const api::ImportImage& request) const {
        auto result = store->import_image(request, quiet());
        EXPECT_FALSE(result);
        EXPECT_THAT(value_of(store->images()), IsEmpty());
        EXPECT_THAT(value_of(sys::list_names(state + "/images")), IsEmpty());
        return result ? Error(ErrorCode::internal, "imported") : result.error();
    }
};

TEST_F(ImageImport, RefusesWhatCannotBeAnImage) {
    auto bad = request();
    bad.source = value_of(model::MasterSource::parse(directory / "missing"));
    EXPECT_EQ(refusal(bad).code(), ErrorCode::not_found);
    bad = request();
    bad.init = "/sbin/missing";
    EXPECT_THAT(refusal(bad).message(), HasSubstr("/sbin/missing"));
    bad.init = "/etc/hostname";  // leads out of the tree
    EXPECT_EQ(refusal(bad).code(), ErrorCode::not_found);
    bad = request();
    bad.shared = {"etc"};
    EXPECT_THAT(refusal(bad).message(), HasSubstr("etc"));
    bad.shared = {"../etc"};
    EXPECT_EQ(refusal(bad).code(), ErrorCode::invalid_input);
    bad.shared = {"usr", "usr"};
    EXPECT_EQ(refusal(bad).code(), ErrorCode::invalid_input);
    bad.shared = {"missing"};
    EXPECT_EQ(refusal(bad).code(), ErrorCode::not_found);
}

TEST_F(ImageImport, RefusesATreeThatItIsPartOf) {
    auto bad = request();
    for (const std::string& above : {directory.path(), state, std::string("/")}) {
        bad.source = value_of(model::MasterSource::parse(above));
        EXPECT_THAT(refusal(bad).message(), HasSubstr("state directory")) << above;
    }
}

TEST_F(ImageImport, RefusesALinkAsSharedDirectory) {
    value_of(sys::symlink("usr/lib", tree + "/lib"));
    auto bad = request();
    bad.shared = {"usr", "lib"};
    EXPECT_THAT(to_string(refusal(bad)), HasSubstr("not links"));
}

TEST_F(ImageImport, SaysWhatATreeNeedsThatIsTooLarge) {
    testing::write(tree + "/var/large", std::string(std::size_t{20} << 20, 'x'));
    auto bad = request();
    bad.blade_image_bytes = std::uint64_t{16} << 20;
    const Error error = refusal(bad);
    EXPECT_EQ(error.code(), ErrorCode::limit_exceeded);
    EXPECT_THAT(error.message(), HasSubstr("have 16 MiB"));
}

TEST_F(ImageImport, CopiesEverythingAsItWas) {
    import();
    EXPECT_EQ(testing::differences(tree + "/usr", store->shared_directory(granite, first) + "/usr"),
              "");
    EXPECT_EQ(testing::differences(tree + "/opt", store->shared_directory(granite, first) + "/opt"),
              "");
    create("s01c1b01");
    const std::string mounted = store->mount_point(blade_name("s01c1b01"), granite);
    EXPECT_EQ(testing::differences(tree, mounted,
                                   {"/usr/*", "/opt/*", "/lost+found", "/etc/hostname", "/etc/"}),
              "");
    EXPECT_THAT(value_of(sys::list_names(mounted + "/usr")), IsEmpty());
    EXPECT_THAT(value_of(sys::list_names(mounted + "/opt")), IsEmpty());
    EXPECT_EQ(value_of(sys::stat(mounted + "/usr")).mode, value_of(sys::stat(tree + "/usr")).mode);
}

TEST_F(ImageImport, TellsWhatItHas) {
    import();
    const api::ImageSummary summary = value_of(store->image(granite));
    EXPECT_EQ(summary.shared, (std::vector<std::string>{"usr", "opt"}));
    EXPECT_EQ(summary.init, "/sbin/init");
    EXPECT_EQ(summary.blade_image_bytes, std::uint64_t{64} << 20);
    EXPECT_EQ(summary.blade_images, 0U);
    EXPECT_EQ(store->import_image(request(), quiet()).error().code(), ErrorCode::already_exists);
    EXPECT_EQ(store->image(image_name("other")).error().code(), ErrorCode::not_found);
}

TEST_F(ImageImport, DoesNotTouchAFileItDoesNotKnow) {
    value_of(sys::ensure_directory(state + "/images/granite/1"));
    testing::write(state + "/images/granite/precious", "kept");
    EXPECT_EQ(store->import_image(request(), quiet()).error().code(), ErrorCode::already_exists);
    reopen();
    EXPECT_EQ(value_of(sys::read_file(state + "/images/granite/precious")), "kept");
}

TEST_F(ImageImport, ShowsTheSharedRootReadOnlyAndKeepsItWritableForTheServer) {
    import();
    const std::string shown = store->shared_mount_point(granite, first);
    const auto written = sys::open(shown + "/usr/new", O_WRONLY | O_CREAT, 0644);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().system_errno(), EROFS);
    testing::write(store->shared_directory(granite, first) + "/usr/new", "live");
    EXPECT_EQ(value_of(sys::read_file(shown + "/usr/new")), "live");
}

class BladeImages : public ImageStoreTest {
protected:
    BladeImages() {
        import();
        create("s01c1b01");
    }
    const model::ComponentName blade = blade_name("s01c1b01");
    const std::string file = blade_file("s01c1b01");
    const std::string mount_point = store->mount_point(blade, granite);
};

std::string uuid_of(const std::string& file) {
    return run({"blkid", "-p", "-s", "UUID", "-o", "value", file});
}

TEST_F(BladeImages, DifferFromEachOtherOnlyWhereTheyMust) {
    create("s01c1b02");
    EXPECT_NE(uuid_of(file), uuid_of(blade_file("s01c1b02")));
    EXPECT_EQ(value_of(sys::read_file(mount_point + "/etc/hostname")), "s01c1b01\n");
    const std::string other = store->mount_point(blade_name("s01c1b02"), granite);
    EXPECT_EQ(value_of(sys::read_file(other + "/etc/hostname")), "s01c1b02\n");
    EXPECT_EQ(testing::differences(mount_point, other, {"/etc/hostname", "/etc/"}), "");
    // The tree's /etc/hostname was a link that leads out of it.
    EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");
}

TEST_F(BladeImages, TakeNoMoreSpaceThanTheyHoldWhenTheyAreThin) {
    provisioning = Provisioning::thin();
    reopen();
    create("s01c1b02");
    const api::BladeImage image = value_of(store->blade_image(blade_name("s01c1b02"), granite));
    EXPECT_EQ(image.size_bytes, std::uint64_t{64} << 20);
    EXPECT_LT(image.used_bytes, std::uint64_t{2} << 20);
    EXPECT_TRUE(image.is_mounted);
    EXPECT_FALSE(image.is_exported);
    EXPECT_EQ(image.cause, std::nullopt);
}

TEST_F(BladeImages, MeanNothingToTheServersOwnPrograms) {
    for (const std::string& place : {mount_point, state + "/images/granite/shared",
                                     store->shared_mount_point(granite, first)}) {
        const std::string options = value_of(sys::mount_at(place)).options;
        for (const char* word : {"nosuid", "nodev", "noexec", "nosymfollow"})
            EXPECT_THAT(options, HasSubstr(word)) << place;
    }
    EXPECT_EQ(value_of(sys::stat(state + "/mounts")).mode & 0777, 0700U);
}

TEST_F(BladeImages, LeadNobodyOutOfThem) {
    // What a blade plants: links instead of a file and of a directory.
    value_of(sys::symlink(directory / "victim", mount_point + "/etc/app.conf"));
    value_of(sys::symlink(directory.path(), mount_point + "/var/spool"));
    for (const std::string& path : {mount_point + "/etc/app.conf", mount_point + "/var/spool/new",
                                    mount_point + "/var/spool/victim"}) {
        const auto written = sys::open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        ASSERT_FALSE(written) << path;
        EXPECT_EQ(written.error().system_errno(), ELOOP) << path;
    }
    EXPECT_NE(value_of(sys::run({"sh", "-c", "echo cron >>" + mount_point + "/etc/app.conf"},
                                std::chrono::seconds(10)))
                  .status.code,
              0);
    EXPECT_EQ(value_of(sys::read_file(directory / "victim")), "untouched");
    EXPECT_FALSE(sys::stat(directory / "new"));
    EXPECT_EQ(value_of(sys::read_link(mount_point + "/etc/app.conf")), directory / "victim");
}

TEST_F(BladeImages, AreMadeOnce) {
    EXPECT_EQ(store->create_blade_image(blade, granite, quiet()).error().code(),
              ErrorCode::already_exists);
    EXPECT_EQ(store->create_blade_image(blade, image_name("other"), quiet()).error().code(),
              ErrorCode::not_found);
    EXPECT_TRUE(store->ensure_ready(blade, granite));
}

TEST_F(BladeImages, AreMadeSeveralAtOnce) {
    constexpr std::size_t kAtOnce = 6;
    std::vector<std::future<Result<void>>> created;
    // Each twice: one call makes it, the other is refused.
    for (std::size_t i = 0; i < 2 * kAtOnce; ++i)
        created.push_back(std::async(std::launch::async, [&, i] {
            const auto blade = blade_name("s01c1b" + std::to_string(20 + i / 2));
            return store->create_blade_image(blade, granite, quiet());
        }));
    std::size_t refused = 0;
    for (auto& each : created) {
        const Result<void> outcome = each.get();
        if (outcome) continue;
        EXPECT_EQ(outcome.error().code(), ErrorCode::already_exists);
        ++refused;
    }
    EXPECT_EQ(refused, kAtOnce);
    std::set<std::string> identities;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
        const std::string blade = "s01c1b" + std::to_string(20 + i);
        EXPECT_EQ(value_of(store->mount_state(blade_name(blade), granite)), MountState::mounted);
        EXPECT_EQ(value_of(sys::read_file(store->mount_point(blade_name(blade), granite) +
                                          "/etc/hostname")),
                  blade + "\n");
        identities.insert(testing::run({"blkid", "-p", "-o", "value", "-s", "UUID",
                                        state + "/blades/" + blade + "/granite.img"}));
    }
    EXPECT_EQ(identities.size(), kAtOnce);
}

TEST_F(BladeImages, DoNotReplaceAFileThatIsNotTheirs) {
    value_of(sys::ensure_directory(state + "/blades/s01c1b09"));
    testing::write(blade_file("s01c1b09"), "precious");
    auto created = store->create_blade_image(blade_name("s01c1b09"), granite, quiet());
    EXPECT_EQ(created.error().code(), ErrorCode::already_exists);
    reopen();
    EXPECT_EQ(value_of(sys::read_file(blade_file("s01c1b09"))), "precious");
}

TEST_F(BladeImages, KeepWhatWasWritten) {
    testing::write(mount_point + "/var/log", "written by the blade");
    value_of(store->unmount(blade, granite));
    EXPECT_EQ(value_of(store->mount_state(blade, granite)), MountState::absent);
    value_of(store->ensure_ready(blade, granite));
    EXPECT_EQ(value_of(sys::read_file(mount_point + "/var/log")), "written by the blade");
}

TEST_F(BladeImages, SayThatTheirFileIsMissingAndRecover) {
    value_of(sys::rename(file, file + ".away"));
    const auto missing = store->ensure_ready(blade, granite);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
    EXPECT_THAT(missing.error().message(), HasSubstr(file));
    EXPECT_THAT(*value_of(store->blade_image(blade, granite)).cause, HasSubstr("missing"));
    value_of(sys::rename(file + ".away", file));
    EXPECT_TRUE(store->ensure_ready(blade, granite));
}

TEST_F(BladeImages, AreMountedAgainWhenTheirFileWasReplaced) {
    value_of(store->unmount(blade, granite));
    run({"cp", "--sparse=always", file, file + ".copy"});
    value_of(store->ensure_ready(blade, granite));
    testing::write(mount_point + "/only-in-the-old-file", "");
    value_of(sys::rename(file + ".copy", file));
    EXPECT_EQ(value_of(store->mount_state(blade, granite)), MountState::stale);
    value_of(store->ensure_ready(blade, granite));
    EXPECT_EQ(value_of(store->mount_state(blade, granite)), MountState::mounted);
    EXPECT_FALSE(sys::stat(mount_point + "/only-in-the-old-file"));
}

TEST_F(BladeImages, SayThatTheyAreDamagedAndRecover) {
    value_of(store->unmount(blade, granite));
    run({"cp", "--sparse=always", file, file + ".good"});
    {
        const sys::Fd fd = value_of(sys::open(file, O_WRONLY));
        value_of(sys::write_all(fd, std::string(64 * 1024, '\0')));
    }
    const auto damaged = store->ensure_ready(blade, granite);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code(), ErrorCode::conflict);
    EXPECT_THAT(damaged.error().message(), HasSubstr("damaged"));
    EXPECT_THAT(damaged.error().cure(), HasSubstr("e2fsck"));
    run({"cp", "--sparse=always", file + ".good", file});
    EXPECT_TRUE(store->ensure_ready(blade, granite));
}

TEST_F(BladeImages, SayWhatTheKernelFoundAndRecoverAfterARepair) {
    const std::string device = value_of(sys::mount_at(mount_point)).source;
    value_of(sys::write_file("/sys/fs/ext4" + device.substr(4) + "/trigger_fs_error", "test"));
    const auto damaged = store->ensure_ready(blade, granite);
    ASSERT_FALSE(damaged);
    EXPECT_THAT(damaged.error().message(), HasSubstr("damaged"));
    value_of(store->unmount(blade, granite));
    EXPECT_FALSE(store->ensure_ready(blade, granite));
    // Exit code 1: errors were corrected.
    EXPECT_LE(value_of(sys::run({"e2fsck", "-f", "-y", file}, std::chrono::minutes(1))).status.code,
              1);
    EXPECT_TRUE(store->ensure_ready(blade, granite));
}

TEST_F(BladeImages, NeverHaveTwoLoopDevicesOnOneFile) {
    // Somebody unmounts it while it is in use: the file system lives on behind the open file.
    const sys::Fd in_use = value_of(sys::open(mount_point + "/etc/hostname", O_RDONLY));
    value_of(sys::umount(mount_point, MNT_DETACH));
    value_of(store->ensure_ready(blade, granite));
    std::size_t devices = 0;
    const std::uint64_t inode = value_of(sys::stat(file)).inode;
    for (const sys::LoopBacking& backing : value_of(sys::loop_backings()))
        if (backing.file.starts_with(state) && backing.file_inode == inode) ++devices;
    EXPECT_EQ(devices, 1U);
    EXPECT_EQ(value_of(sys::read_file(mount_point + "/etc/hostname")), "s01c1b01\n");
}

TEST_F(BladeImages, AreNotDeletedWhileTheyMayBeInUse) {
    value_of(store->set_exported(blade, granite, true));
    EXPECT_EQ(store->delete_blade_image(blade, granite).error().code(), ErrorCode::conflict);
    value_of(store->set_exported(blade, granite, false));
    {
        const sys::Fd in_use = value_of(sys::open(mount_point + "/etc/hostname", O_RDONLY));
        EXPECT_EQ(store->delete_blade_image(blade, granite).error().code(), ErrorCode::conflict);
        EXPECT_TRUE(store->ensure_ready(blade, granite));
    }
    value_of(store->delete_blade_image(blade, granite));
    EXPECT_FALSE(sys::stat(file));
    EXPECT_EQ(store->delete_blade_image(blade, granite).error().code(), ErrorCode::not_found);
    create("s01c1b01");
}

/// Somebody works in what a killed daemon left half made: that keeps no daemon from starting.
TEST_F(BladeImages, HalfMadeAndInUseAreUndoneLater) {
    ImageCatalog catalog(*database);
    const auto half = blade_name("s01c1b02");
    value_of(catalog.begin_blade_image({.blade = half,
                                        .image = granite,
                                        .generation = first,
                                        .state = BladeImageState::creating,
                                        .size_bytes = 0,
                                        .is_exported = false}));
    const std::string place = store->mount_point(half, granite);
    value_of(sys::ensure_directory(place, 0700));
    value_of(sys::mount("half", place, "tmpfs", 0, ""));
    {
        const sys::Fd in_use = value_of(sys::open(place + "/file", O_RDWR | O_CREAT, 0600));
        reopen();
        const Result<void> undone = store->undo_unfinished();
        ASSERT_FALSE(undone);
        EXPECT_THAT(undone.error().message(), HasSubstr("s01c1b02"));
        EXPECT_THAT(undone.error().cure(), HasSubstr("fuser"));
        EXPECT_THAT(store->restore_mounts(), IsEmpty()) << "what is finished is served";
        const Result<void> created = store->create_blade_image(half, granite, quiet());
        ASSERT_FALSE(created) << "over what is half made";
        EXPECT_THAT(created.error().cure(), HasSubstr("fuser"));
    }
    EXPECT_TRUE(store->undo_unfinished());
    EXPECT_FALSE(sys::stat(place));
    create("s01c1b02");
    EXPECT_TRUE(store->undo_unfinished());
    EXPECT_TRUE(value_of(store->blade_image(half, granite)).is_mounted) << "not ours to undo";
}

TEST_F(BladeImages, AreAdoptedByTheNextDaemon) {
    const std::uint32_t before = value_of(sys::mount_at(mount_point)).id;
    const sys::Fd in_use = value_of(sys::open(mount_point + "/etc/hostname", O_RDONLY));
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    EXPECT_EQ(value_of(sys::mount_at(mount_point)).id, before);
}

TEST_F(BladeImages, AreProtectedWhenAnOlderDaemonMountedThem) {
    const std::array places{mount_point, state + "/images/granite/shared",
                            store->shared_mount_point(granite, first)};
    for (const std::string& place : places)
        value_of(sys::mount("none", place, "",
                            MS_BIND | MS_REMOUNT | (place == places.back() ? MS_RDONLY : 0), ""));
    const sys::Fd in_use = value_of(sys::open(mount_point + "/var/lib/one", O_WRONLY));
    reopen();
    EXPECT_THAT(store->restore_mounts(), IsEmpty());
    for (const std::string& place : places)
        EXPECT_THAT(value_of(sys::mount_at(place)).options, HasSubstr("nosymfollow")) << place;
    value_of(sys::write_all(in_use, "goes on"));
}

TEST(Protection, IsRefusedWithACureByAnOldKernel) {
    const unsigned long all = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW;
    EXPECT_TRUE(check_protection(all | MS_NOATIME, "/mounts/x"));
    const auto refused = check_protection(all & ~MS_NOSYMFOLLOW, "/mounts/x");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
    EXPECT_THAT(to_string(refused.error()), HasSubstr("Linux 5.10"));
}

TEST_F(BladeImages, AreMountedAfterARestartOfTheServerButForTheBrokenOne) {
    create("s01c1b02");
    create("s01c1b03");
    for (const char* name : {"s01c1b01", "s01c1b02", "s01c1b03"})
        value_of(store->unmount(blade_name(name), granite));
    value_of(sys::umount(store->shared_mount_point(granite, first)));
    value_of(sys::umount(state + "/images/granite/shared"));
    value_of(sys::unlink(blade_file("s01c1b02")));
    reopen();
    const std::vector<Error> errors = store->restore_mounts();
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_THAT(errors.front().message(), HasSubstr("s01c1b02"));
    EXPECT_TRUE(value_of(store->blade_image(blade, granite)).is_mounted);
    EXPECT_TRUE(value_of(store->blade_image(blade_name("s01c1b03"), granite)).is_mounted);
    EXPECT_TRUE(sys::stat(store->shared_mount_point(granite, first) + "/usr/bin/tool"));
}

TEST_F(BladeImages, HaveAllTheirSpaceWhenItIsReserved) {
    const api::BladeImage image = value_of(store->blade_image(blade, granite));
    EXPECT_GE(image.used_bytes, image.size_bytes);
    const DiskSpace space = value_of(store->disk_space());
    EXPECT_EQ(space.committed, image.size_bytes);
    EXPECT_EQ(space.allocated, image.used_bytes);
}

TEST_F(BladeImages, GetTheirSpaceBackWhenItWasTakenFromThem) {
    run({"fstrim", mount_point});
    EXPECT_LT(value_of(store->blade_image(blade, granite)).used_bytes, std::uint64_t{16} << 20);
    EXPECT_THAT(store->reserve_blade_images(), IsEmpty());
    EXPECT_GE(value_of(store->blade_image(blade, granite)).used_bytes, std::uint64_t{64} << 20);
    EXPECT_EQ(value_of(sys::read_file(mount_point + "/etc/hostname")), "s01c1b01\n");
}

class SmallDisk : public ImageStoreTest {
protected:
    SmallDisk() : ImageStoreTest(std::uint64_t{40} << 20) {
        provisioning = Provisioning::thin(10'000);
        reopen();
    }
};

TEST_F(SmallDisk, TellsNeedAndHaveWhenItIsFullAndKeepsWhatIsThere) {
    testing::write(tree + "/var/large", std::string(std::size_t{4} << 20, 'x'));
    import();
    Result<void> created;
    int count = 0;
    for (; created && count < 20; ++count)
        created = store->create_blade_image(blade_name("s01c1b" + std::to_string(10 + count)),
                                            granite, quiet());
    ASSERT_FALSE(created);
    EXPECT_GT(count, 2);
    EXPECT_EQ(created.error().code(), ErrorCode::limit_exceeded) << to_string(created.error());
    EXPECT_THAT(created.error().message(), HasSubstr("need"));
    EXPECT_THAT(created.error().message(), HasSubstr("have"));
    EXPECT_EQ(value_of(store->blade_images()).size(), static_cast<std::size_t>(count - 1));
    EXPECT_THAT(value_of(sys::list_names(state + "/blades/s01c1b" + std::to_string(9 + count))),
                IsEmpty());
}

TEST_F(ImageStoreTest, RefusesAStateDirectoryInMemory) {
    const std::string memory = directory / "memory";
    value_of(sys::mkdir(memory));
    value_of(sys::mount("none", memory, "tmpfs", 0, "size=1m"));
    const auto opened = ImageStore::open({.state_directory = memory}, *database);
    ASSERT_FALSE(opened);
    EXPECT_THAT(to_string(opened.error()), HasSubstr("tmpfs"));
}

}  // namespace
}  // namespace dim::server
