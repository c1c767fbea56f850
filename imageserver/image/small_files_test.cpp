#include "imageserver/image/small_files.hpp"
#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using dim::testing::value_of;

TEST(SmallFilesTest, HaveWhatTheTreeSaysAndNothingElse) {
    const dim::testing::TemporaryDirectory directory;
    value_of(sys::mkdir(directory / "etc"));
    dim::testing::write(directory / "etc/motd", "hello");
    dim::testing::write(directory / "etc/large", std::string(SmallFiles::kLargest + 1, 'x'));
    dim::testing::write(directory / "etc/damaged", "hello");
    dim::testing::write(directory / "etc/gone", "hello");
    value_of(sys::symlink("motd", directory / "etc/link"));
    const sys::Fd root = value_of(sys::open_directory(directory.path()));
    const manifest::Manifest tree = value_of(manifest::scan_tree(root, {})).manifest;
    dim::testing::write(directory / "etc/damaged", "hallo");
    value_of(sys::unlink(directory / "etc/gone"));
    const SmallFiles files(root, tree);
    ASSERT_NE(files.find("etc/motd"), nullptr);
    EXPECT_EQ(files.find("etc/motd")->text, "hello");
    EXPECT_EQ(tls::to_hex(files.find("etc/motd")->digest), tls::sha256("hello"));
    for (const char* path : {"etc", "etc/large", "etc/damaged", "etc/gone", "etc/link", "none"})
        EXPECT_EQ(files.find(path), nullptr) << path;
}

TEST(SmallFilesTest, EndWhereThereAreTooManyBytes) {
    const dim::testing::TemporaryDirectory directory;
    constexpr std::uint64_t kFits = SmallFiles::kMostBytes / SmallFiles::kLargest;
    const std::string text(SmallFiles::kLargest, 'x');
    for (std::uint64_t i = 0; i <= kFits; ++i)
        dim::testing::write(directory / std::to_string(1000 + i), text);
    const sys::Fd root = value_of(sys::open_directory(directory.path()));
    const SmallFiles files(root, value_of(manifest::scan_tree(root, {})).manifest);
    EXPECT_NE(files.find(std::to_string(1000 + kFits - 1)), nullptr);
    EXPECT_EQ(files.find(std::to_string(1000 + kFits)), nullptr);
}

}  // namespace
}  // namespace dim::server
