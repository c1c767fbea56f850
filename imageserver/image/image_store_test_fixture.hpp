#pragma once

#include "imageserver/image/blade_trash.hpp"
#include "imageserver/image/image_store.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/loop.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/sys/run.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/kill_at_call.hpp"
#include "libdim/testing/own_mounts.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace dim::server::testing {

using dim::testing::differences;
using dim::testing::run;
using dim::testing::value_of;
using dim::testing::write;

inline model::ImageName image_name(std::string_view text) {
    return value_of(model::ImageName::parse(text));
}
inline model::ComponentName blade_name(std::string_view text) {
    return value_of(model::ComponentName::parse(text));
}

/// Of the images' tables and of MORE.
inline std::vector<Migration> with_image_migrations(std::span<const Migration> more) {
    const auto images = image_migrations();
    std::vector<Migration> all(images.begin(), images.end());
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

/// A directory tree like a distribution's, with one of everything that is easily lost in a copy,
/// and links that lead to VICTIM outside.
inline void make_tree(const std::string& root, const std::string& victim) {
    for (const char* directory : {"", "/etc", "/dev", "/sbin", "/usr", "/usr/bin", "/usr/lib",
                                  "/opt", "/opt/empty", "/var", "/var/lib", "/proc", "/tmp"})
        value_of(sys::mkdir(root + directory));
    value_of(sys::chmod(root + "/tmp", 01777));
    value_of(sys::chmod(root + "/opt/empty", 0750));
    write(root + "/sbin/init", "#!/bin/sh\n", 0755);
    write(root + "/usr/bin/tool", "tool", 04755);
    std::filesystem::create_hard_link(root + "/usr/bin/tool", root + "/usr/lib/tool-again");
    write(root + "/var/lib/one", "same file");
    std::filesystem::create_hard_link(root + "/var/lib/one", root + "/var/two");
    write(root + "/usr/lib/caf\xc3\xa9 \n name", "odd name");
    value_of(sys::symlink(victim, root + "/etc/hostname"));
    value_of(sys::symlink("/", root + "/usr/lib/root"));
    value_of(sys::symlink("nowhere", root + "/var/dangling"));
    if (::mknod((root + "/dev/null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0 ||
        ::mkfifo((root + "/dev/fifo").c_str(), 0620) != 0 ||
        ::chown((root + "/var/lib/one").c_str(), 1234, 4321) != 0 ||
        ::lchown((root + "/var/dangling").c_str(), 7, 8) != 0 ||
        ::setxattr((root + "/usr/bin/tool").c_str(), "user.note", "kept", 4, 0) != 0)
        throw std::runtime_error("make special files: needs root");
    const sys::Fd sparse =
        value_of(sys::open(root + "/var/sparse", O_WRONLY | O_CREAT | O_EXCL, 0600));
    value_of(sys::ftruncate(sparse, std::uint64_t{8} << 20));
    value_of(sys::write_all(sparse, "start"));
    const std::array<timespec, 2> times{timespec{.tv_sec = 1000000000, .tv_nsec = 123456789},
                                        timespec{.tv_sec = 1100000000, .tv_nsec = 987654321}};
    ::utimensat(AT_FDCWD, (root + "/usr/lib").c_str(), times.data(), 0);
}

/// A state directory on an ext4 of its own, and a store in it.
class ImageStoreTest : public ::testing::Test {
protected:
    explicit ImageStoreTest(std::uint64_t disk_bytes = std::uint64_t{2} << 30) {
        dim::testing::enter_own_mounts();
        write(directory / "disk", "");
        const sys::Fd disk = value_of(sys::open(directory / "disk", O_RDWR));
        value_of(sys::ftruncate(disk, disk_bytes));
        run({"mkfs.ext4", "-q", "-F", "-m", "0", directory / "disk"});
        value_of(sys::mkdir(state));
        const sys::LoopDevice device = value_of(sys::LoopDevice::attach(disk, directory / "disk"));
        value_of(sys::mount(device.path(), state, "ext4", 0, ""));
        write(directory / "victim", "untouched");
        make_tree(tree, directory / "victim");
        reopen();
    }
    ~ImageStoreTest() override {
        close();
        unmount_all();
    }

    void unmount_all() const {
        const auto mounts = value_of(sys::mounts());
        for (auto entry = mounts.rbegin(); entry != mounts.rend(); ++entry)
            if (entry->target.starts_with(directory.path()))
                static_cast<void>(sys::umount(entry->target, MNT_DETACH));
    }

    void close() {
        store.reset();
        database.reset();
    }
    /// As a daemon does that was started again.
    void reopen() {
        close();
        database = std::make_unique<Database>(
            value_of(Database::open(directory / "dim.db", image_migrations())));
        store = std::make_unique<ImageStore>(value_of(
            ImageStore::open({.state_directory = state, .provisioning = provisioning}, *database)));
    }

    api::ImportImage request(std::string_view name = "granite") const {
        return {.name = image_name(name),
                .architecture = model::Architecture::ppc64,
                .source = value_of(model::MasterSource::parse(tree)),
                .shared = std::vector<std::string>{"usr", "opt"},
                .init = "/sbin/init",
                .blade_image_bytes = std::uint64_t{64} << 20};
    }
    void import() const { value_of(store->import_image(request(), quiet())); }
    void create(std::string_view blade) const {
        value_of(store->create_blade_image(blade_name(blade), granite, quiet()));
    }
    /// As after a reboot, with an empty database.
    void lose_database() {
        close();
        for (const char* end : {"", "-wal", "-shm"})
            static_cast<void>(sys::unlink(directory / ("dim.db" + std::string(end))));
        const auto mounts = value_of(sys::mounts());
        for (auto entry = mounts.rbegin(); entry != mounts.rend(); ++entry)
            if (entry->target.starts_with(state + "/")) value_of(sys::umount(entry->target));
        reopen();
    }
    /// Does WORK(round) in a daemon that is killed on the way, at up to POINTS points one after the
    /// other, then LOOK(round) in the next one, which has all its mounts.
    void kill_anywhere(std::size_t points, const std::function<void(int)>& work,
                       const std::function<void(int)>& look) {
        int round = 0;
        close();
        const std::size_t kills = dim::testing::kill_at_calls(
            points,
            [&] {
                reopen();
                work(round);
            },
            [&] {
                SCOPED_TRACE(round);
                reopen();
                EXPECT_TRUE(store->restore_mounts().empty());
                look(round++);
                close();
            });
        // What is left to do differs from round to round.
        EXPECT_GE(kills, points / 2);
        reopen();
    }
    static model::Generation number(std::uint32_t number) {
        return value_of(model::Generation::from_number(number));
    }
    static Progress quiet() {
        return [](std::string_view, std::uint64_t, std::uint64_t) {};
    }
    /// Where the blade's image is mounted.
    std::string root_of(std::string_view blade) const {
        return store->mount_point(blade_name(blade), granite);
    }
    std::string blade_file(const std::string& blade) const {
        return state + "/blades/" + blade + "/granite.img";
    }

    dim::testing::TemporaryDirectory directory;
    const std::string state = directory / "state";
    const std::string tree = directory / "tree";
    const model::ImageName granite = image_name("granite");
    const model::Generation first = value_of(model::Generation::from_number(1));
    Provisioning provisioning = Provisioning::reserved();
    std::unique_ptr<Database> database;
    std::unique_ptr<ImageStore> store;
};

}  // namespace dim::server::testing
