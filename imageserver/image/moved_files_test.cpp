#include "imageserver/image/moved_files.hpp"
#include "libdim/manifest/compare.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/place_on_device.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <sys/xattr.h>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using dim::testing::value_of;
using manifest::Entry;

/// A blade image's directory, and those of two generations.
class MovedFilesTest : public ::testing::Test {
protected:
    sys::Fd make_directory(const std::string& name) const {
        value_of(sys::mkdir(directory / name));
        return value_of(sys::open_directory(directory / name));
    }
    void write(int count) const {
        for (int i = 0; i < count; ++i)
            dim::testing::write(newer_path(i), "content of " + std::to_string(i));
    }
    std::string newer_path(int i) const { return directory / "newer/" + std::to_string(i); }
    manifest::Manifest newer_tree() const {
        return value_of(manifest::scan_tree(newer, {})).manifest;
    }
    MovedFiles files_of(const SmallFiles& small) {
        std::vector<sys::Fd> roots;
        roots.push_back(value_of(sys::dup(newer)));
        return {blade, {std::move(roots), manifest::TreeSource::Take::copies}, small, merged};
    }
    /// Of each file in the blade image's directory.
    std::size_t without_place() const {
        std::size_t count = 0;
        for (const std::string& name : value_of(sys::list_names(blade)))
            if (!dim::testing::has_place_on_device(value_of(sys::openat(blade, name, O_RDONLY))))
                ++count;
        return count;
    }

    const dim::testing::TemporaryDirectory directory;
    const sys::Fd blade = make_directory("blade");
    const sys::Fd older = make_directory("older");
    const sys::Fd newer = make_directory("newer");
    MergedFiles merged{blade, older, newer};
};

TEST_F(MovedFilesTest, AreOnTheDeviceBeforeTheyTakeTheirPlaces) {
    for (const int count : {3, 40}) {
        SCOPED_TRACE(count);
        write(count);
        const manifest::Manifest tree = newer_tree();
        const SmallFiles small(newer, tree);
        MovedFiles files = files_of(small);
        for (const Entry& entry : tree.entries)
            if (!entry.path.empty())
                value_of(files.provide(entry, blade, std::to_string(count) + "-" + entry.path));
        if (without_place() == 0) GTEST_SKIP() << "this file system waits with nothing";
        value_of(files.settle());
        EXPECT_EQ(without_place(), 0U);
    }
}

TEST_F(MovedFilesTest, AreWhatTheGenerationHas) {
    write(2);
    value_of(sys::chmod(newer_path(0), 04751));
    ASSERT_EQ(::setxattr(newer_path(0).c_str(), "user.note", "n", 1, 0), 0);
    value_of(sys::symlink("0", directory / "newer/link"));
    dim::testing::write(directory / "newer/empty", "");
    dim::testing::write(directory / "newer/large", std::string(SmallFiles::kLargest + 1, 'x'));
    const manifest::Manifest tree = newer_tree();
    const SmallFiles small(newer, tree);
    MovedFiles files = files_of(small);
    for (const Entry& entry : tree.entries)
        if (!entry.path.empty()) value_of(files.provide(entry, blade, entry.path));
    value_of(files.settle());
    manifest::Manifest made = value_of(manifest::scan_tree(blade, {})).manifest;
    made.entries.front() = tree.entries.front();
    for (const manifest::Difference& difference : manifest::compare(tree, made))
        ADD_FAILURE() << to_string(difference);
}

}  // namespace
}  // namespace dim::server
