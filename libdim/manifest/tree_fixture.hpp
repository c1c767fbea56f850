#pragma once

#include "libdim/manifest/scan_tree.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace dim::manifest {

/// For tests: a tree to scan.
class ManifestTree : public ::testing::Test {
protected:
    ManifestTree() { EXPECT_TRUE(sys::mkdir(root)); }

    void write(const std::string& path, std::string_view text) const {
        const sys::Fd file =
            sys::open(root + "/" + path, O_WRONLY | O_CREAT | O_TRUNC, 0644).value();
        ASSERT_TRUE(sys::write_all(file, text));
    }
    void make_directory(const std::string& path) const {
        ASSERT_TRUE(sys::mkdir(root + "/" + path));
    }
    /// As if long ago, as far as anybody can say that.
    void set_time(const std::string& path, std::int64_t seconds) const {
        const std::array<timespec, 2> times{timespec{.tv_sec = seconds, .tv_nsec = 1},
                                            timespec{.tv_sec = seconds, .tv_nsec = 1}};
        ASSERT_EQ(
            ::utimensat(AT_FDCWD, (root + "/" + path).c_str(), times.data(), AT_SYMLINK_NOFOLLOW),
            0);
    }
    ScannedTree scan(const ScanSettings& settings = {}) const {
        return scan_tree(sys::open_directory(root).value(), settings).value();
    }
    /// Until nothing in the tree was changed so lately that its stamp could be that of another
    /// change.
    ScannedTree scan_settled() const {
        for (;;) {
            ScannedTree tree = scan();
            if (std::ranges::all_of(tree.cache,
                                    [](const auto& stamp) { return stamp.has_value(); }))
                return tree;
        }
    }
    static const Entry* find(const ScannedTree& tree, std::string_view path) {
        const auto& entries = tree.manifest.entries;
        const auto found = std::ranges::find(entries, path, &Entry::path);
        return found == entries.end() ? nullptr : &*found;
    }

    dim::testing::TemporaryDirectory temporary;
    const std::string root = temporary / "root";
};

}  // namespace dim::manifest
