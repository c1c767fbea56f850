#include "imageserver/nfs/export_ids.hpp"
#include "imageserver/nfs/nfs_exports.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

class ExportIds : public ::testing::Test {
protected:
    std::map<std::string, std::uint16_t> number(const std::set<std::string>& paths) {
        return number_exports(database, paths).value();
    }
    testing::TemporaryDirectory directory;
    std::array<Migration, 1> migrations{kNfsMigration};
    Database database = Database::open(directory / "dim.db", migrations).value();
};

TEST_F(ExportIds, AreRefusedBeyondTheLast) {
    constexpr std::uint16_t kLargest = 100;
    std::set<std::string> paths;
    for (int i = 0; i < kLargest; ++i)
        paths.insert("/p/" + std::to_string(i));
    EXPECT_EQ(number_exports(database, paths, kLargest)->size(), kLargest);
    paths.insert("/one-more");
    EXPECT_EQ(number_exports(database, paths, kLargest).error().code(), ErrorCode::limit_exceeded);
    // The failure changed nothing; the oldest number out of use is given away.
    paths.erase("/p/0");
    const auto numbers = number_exports(database, paths, kLargest).value();
    EXPECT_EQ(numbers.size(), kLargest);
    EXPECT_EQ(numbers.at("/one-more"), 1);
    std::set<std::uint16_t> different;
    for (const auto& [path, id] : numbers)
        different.insert(id);
    EXPECT_EQ(different.size(), kLargest);
}

TEST_F(ExportIds, StayTheSameForAPathForEver) {
    const auto first = number({"/a", "/b"});
    EXPECT_NE(first.at("/a"), first.at("/b"));
    number({});
    const auto other = number({"/c"});
    EXPECT_NE(other.at("/c"), first.at("/a"));
    EXPECT_NE(other.at("/c"), first.at("/b"));
    const auto again = number({"/a", "/b", "/c"});
    EXPECT_EQ(again.at("/a"), first.at("/a"));
    EXPECT_EQ(again.at("/b"), first.at("/b"));
    EXPECT_EQ(again.at("/c"), other.at("/c"));
}

}  // namespace
}  // namespace dim::server
