#include "libdim/sys/directory.hpp"
#include "libdim/sys/fanotify.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/in_namespaces.hpp"
#include "libdim/sys/mount.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <functional>
#include <sys/mman.h>
#include <sys/xattr.h>

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using testing::TemporaryDirectory;

constexpr int kMake = O_RDWR | O_CREAT;

/// What is told of what DO does in a tmpfs of its own at PATH, that has the directory "d" with the
/// file "f".
Result<FileChanges> told_of(const std::string& path, const std::function<Result<void>()>& change) {
    DIM_CHECK(mount("tmpfs", path, "tmpfs", 0, ""));
    DIM_CHECK(mkdir(path + "/d"));
    DIM_CHECK(open(path + "/d/f", kMake, 0600));
    DIM_TRY(const Fd fanotify, fanotify_init());
    DIM_TRY(const Fd directory, open_directory(path));
    DIM_TRY(const MarkedFileSystem marked, fanotify_mark(fanotify, directory));
    DIM_CHECK(change());
    DIM_TRY(FileChanges changes, fanotify_read(fanotify));
    for (const FileChange& each : changes.changes)
        DIM_CHECK(expect(each.file_system == marked.id, "of this file system"));
    DIM_CHECK(expect(!changes.is_incomplete, "understood"));
    return changes;
}

Result<std::uint64_t> inode(const std::string& path) {
    DIM_TRY(const FileStatus status, stat(path));
    return status.inode;
}

Result<void> expect_named(const FileChanges& told, std::uint64_t directory,
                          const std::string& name) {
    return expect(std::ranges::any_of(told.changes,
                                      [&](const FileChange& each) {
                                          return each.directory == directory && each.name == name;
                                      }),
                  name);
}

Result<void> expect_object(const FileChanges& told, std::uint64_t object) {
    return expect(std::ranges::find(told.changes, object, &FileChange::object) !=
                      told.changes.end(),
                  "the object");
}

TEST(Fanotify, TellsOfNames) {
    TemporaryDirectory temporary;
    const std::string& path = temporary.path();
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_TRY(const FileChanges told, told_of(path, [&]() -> Result<void> {
                    DIM_CHECK(mkdir(path + "/d/new"));
                    DIM_CHECK(rename(path + "/d/new", path + "/moved"));
                    return unlink(path + "/d/f");
                }));
        DIM_TRY(const std::uint64_t top, inode(path));
        DIM_TRY(const std::uint64_t directory, inode(path + "/d"));
        DIM_CHECK(expect_named(told, directory, "new"));
        DIM_CHECK(expect_named(told, top, "moved"));
        return expect_named(told, directory, "f");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Fanotify, TellsOfTheObjectByWhateverNameItWasChanged) {
    TemporaryDirectory temporary;
    const std::string& path = temporary.path();
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_TRY(const FileChanges linked, told_of(path, [&]() -> Result<void> {
                    DIM_TRY(const Fd directory, open_directory(path + "/d"));
                    DIM_TRY(const Fd top, open_directory(path));
                    return linkat(directory, "f", top, "other");
                }));
        DIM_TRY(const std::uint64_t file, inode(path + "/d/f"));
        DIM_CHECK(expect_object(linked, file));
        DIM_TRY(const Fd fanotify, fanotify_init());
        DIM_TRY(const Fd directory, open_directory(path));
        DIM_CHECK(fanotify_mark(fanotify, directory));
        {
            DIM_TRY(const Fd other, open(path + "/other", O_WRONLY));
            DIM_CHECK(write_all(other, "x"));
        }
        DIM_TRY(const FileChanges written, fanotify_read(fanotify));
        DIM_CHECK(expect_object(written, file));
        DIM_CHECK(expect(::setxattr((path + "/d").c_str(), "trusted.x", "1", 1, 0) == 0, "xattr"));
        DIM_TRY(const FileChanges attributes, fanotify_read(fanotify));
        DIM_TRY(const std::uint64_t changed, inode(path + "/d"));
        return expect_named(attributes, changed, ".");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Fanotify, TellsOfAMappingWhenItGoes) {
    TemporaryDirectory temporary;
    const std::string& path = temporary.path();
    const auto result = in_namespaces([&]() -> Result<void> {
        void* mapping = nullptr;
        DIM_TRY(const FileChanges closed, told_of(path, [&]() -> Result<void> {
                    DIM_TRY(const Fd file, open(path + "/d/f", O_RDWR));
                    DIM_CHECK(ftruncate(file, 4096));
                    mapping = ::mmap(nullptr, 4096, PROT_WRITE, MAP_SHARED, file.get(), 0);
                    return expect(mapping != MAP_FAILED, "mmap");
                }));
        DIM_TRY(const std::uint64_t file, inode(path + "/d/f"));
        DIM_CHECK(expect_object(closed, file));
        DIM_TRY(const Fd fanotify, fanotify_init());
        DIM_TRY(const Fd directory, open_directory(path));
        DIM_CHECK(fanotify_mark(fanotify, directory));
        *static_cast<char*>(mapping) = 'x';
        DIM_TRY(const FileChanges written, fanotify_read(fanotify));
        DIM_CHECK(expect(written.changes.empty(), "nothing yet"));
        DIM_CHECK(expect(::munmap(mapping, 4096) == 0, "munmap"));
        DIM_TRY(const FileChanges gone, fanotify_read(fanotify));
        return expect_object(gone, file);
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Fanotify, AMarkGoesWithTheMount) {
    TemporaryDirectory temporary;
    const std::string& path = temporary.path();
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_CHECK(mount("tmpfs", path, "tmpfs", 0, ""));
        DIM_TRY(const Fd fanotify, fanotify_init());
        MarkedFileSystem marked;
        {
            DIM_TRY(const Fd directory, open_directory(path));
            DIM_TRY(marked, fanotify_mark(fanotify, directory));
        }
        DIM_TRY(bool has_mark, fanotify_has_mark(fanotify, marked.device));
        DIM_CHECK(expect(has_mark, "marked"));
        DIM_CHECK(umount(path));
        DIM_TRY(has_mark, fanotify_has_mark(fanotify, marked.device));
        return expect(!has_mark, "gone");
    });
    EXPECT_TRUE(result) << result.error().message();
}

TEST(Fanotify, RefusesWhatItDoesNotKnow) {
    const auto result = in_namespaces([&]() -> Result<void> {
        DIM_TRY(const Fd fanotify, fanotify_init());
        DIM_TRY(const Fd directory, open_directory("/proc"));
        const auto marked = fanotify_mark(fanotify, directory);
        return expect(!marked && marked.error().code() == ErrorCode::invalid_input, "refused");
    });
    EXPECT_TRUE(result) << result.error().message();
}

}  // namespace
}  // namespace dim::sys
