#include "imageserver/boot_file/boot_file_catalog.hpp"
#include "imageserver/boot_file/boot_file_store.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kUnknown = -7;

class BootFileCatalogTest : public ::testing::Test {
protected:
    static model::ImageName image(const char* name) { return *model::ImageName::parse(name); }
    static model::Generation generation(std::uint32_t number) {
        return *model::Generation::from_number(number);
    }
    static api::BootFile file(const char* path, const char* of = "granite",
                              std::uint32_t number = 1) {
        return {image(of), generation(number), path, 7, "abc", "quiet"};
    }
    Result<std::int64_t> last_used(const char* path) {
        return catalog.last_used_us(path, kUnknown);
    }

    testing::TemporaryDirectory directory;
    Database database =
        Database::open(directory / "dim.db", std::array{kBootFileMigration}).value();
    BootFileCatalog catalog{database};
};

TEST_F(BootFileCatalogTest, KnowsNothingAtFirst) {
    EXPECT_EQ(catalog.current(image("granite"), generation(1)).value(), std::nullopt);
    EXPECT_EQ(last_used("granite/1/a"), kUnknown);
    EXPECT_TRUE(catalog.forget("granite/1/a"));
}

TEST_F(BootFileCatalogTest, ANewFileReplacesThoseOfItsImageOnly) {
    ASSERT_TRUE(catalog.make_current(file("granite/1/a"), 10));
    ASSERT_TRUE(catalog.make_current(file("slate/1/a", "slate"), 11));
    ASSERT_TRUE(catalog.make_current(file("granite/1/b"), 12));
    EXPECT_EQ(catalog.current(image("granite"), generation(1)).value(), file("granite/1/b"));
    EXPECT_EQ(last_used("granite/1/a"), 12);
    EXPECT_EQ(last_used("granite/1/b"), kForever);
    EXPECT_EQ(last_used("slate/1/a"), kForever);
    ASSERT_TRUE(catalog.make_current(file("granite/2/c", "granite", 2), 13));
    EXPECT_EQ(catalog.current(image("granite"), generation(1)).value(), std::nullopt);
    EXPECT_EQ(last_used("granite/1/b"), 13);
}

TEST_F(BootFileCatalogTest, AFileThatWasReplacedCanComeBack) {
    ASSERT_TRUE(catalog.make_current(file("granite/1/a"), 10));
    ASSERT_TRUE(catalog.make_current(file("granite/1/b"), 11));
    ASSERT_TRUE(catalog.make_current(file("granite/1/a"), 12));
    EXPECT_EQ(last_used("granite/1/a"), kForever);
    EXPECT_EQ(last_used("granite/1/b"), 12);
    ASSERT_TRUE(catalog.forget("granite/1/b"));
    EXPECT_EQ(last_used("granite/1/b"), kUnknown);
}

}  // namespace
}  // namespace dim::server
