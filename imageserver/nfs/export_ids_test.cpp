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

TEST_F(ExportIds, AreRefusedBeyondSixteenBits) {
    std::set<std::string> paths;
    for (int i = 0; i < 65535; ++i)
        paths.insert("/p/" + std::to_string(i));
    EXPECT_EQ(number(paths).size(), 65535U);
    paths.insert("/one-more");
    EXPECT_EQ(number_exports(database, paths).error().code(), ErrorCode::limit_exceeded);
    // The failure changed nothing; the oldest number out of use is given away.
    paths.erase("/p/0");
    const auto numbers = number(paths);
    EXPECT_EQ(numbers.size(), 65535U);
    std::set<std::uint16_t> different;
    for (const auto& [path, id] : numbers)
        different.insert(id);
    EXPECT_EQ(different.size(), 65535U);
    EXPECT_FALSE(different.contains(0));
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
