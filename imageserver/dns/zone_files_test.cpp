#include "imageserver/dns/zone_files.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using ::testing::ElementsAre;

class ZoneFilesTest : public ::testing::Test {
protected:
    ZoneFiles::Render saying(const std::string& what, const std::string& zone = "a.b") {
        return [what, zone](std::uint32_t serial) {
            return std::vector<render::DnsZone>{{zone, std::to_string(serial) + " " + what}};
        };
    }
    std::vector<std::string> names() { return sys::list_names(directory_.path()).value(); }

    dim::testing::TemporaryDirectory directory_;
    std::int64_t now_ = 1000;
    ZoneFiles files_{directory_.path(), [this] { return now_; }};
};

TEST_F(ZoneFilesTest, RefusesZonesThatCannotBeFiles) {
    EXPECT_EQ(files_.write(saying("x", "../a"), {}).error().code(), ErrorCode::invalid_input);
}

TEST_F(ZoneFilesTest, RefusesADamagedNoteAndTheEndOfTime) {
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "last-serial", "many\n"));
    EXPECT_EQ(files_.write(saying("x"), {}).error().code(), ErrorCode::invalid_input);
    ASSERT_TRUE(sys::write_file_atomically(directory_ / "last-serial", "4294967295\n"));
    EXPECT_EQ(files_.write(saying("x"), {}).error().code(), ErrorCode::conflict);
}

TEST_F(ZoneFilesTest, TheSerialGrowsWithEveryChangeAndOnlyThen) {
    const auto first = files_.write(saying("x"), {}).value();
    EXPECT_EQ(first.serial, 1000U);
    EXPECT_EQ(files_.write(saying("x"), first.serial).value().serial, 1000U);
    // Also when the clock goes back.
    now_ = 10;
    EXPECT_EQ(files_.write(saying("y"), first.serial).value().serial, 1001U);
    // And when nobody knows what became of the last one.
    EXPECT_EQ(files_.write(saying("z"), first.serial).value().serial, 1002U);
    now_ = 5000;
    EXPECT_EQ(files_.write(saying("z"), {}).value().serial, 5000U);
}

TEST_F(ZoneFilesTest, FilesAreNeverChanged) {
    const auto first = files_.write(saying("x"), {}).value();
    const auto second = files_.write(saying("y"), first.serial).value();
    EXPECT_EQ(sys::read_file(first.files[0].path).value(), "1000 x");
    EXPECT_EQ(sys::read_file(second.files[0].path).value(), "1001 y");
    ASSERT_TRUE(files_.remove_all_but(second.serial));
    EXPECT_THAT(names(), ElementsAre("a.b.1001.zone", "last-serial"));
}

TEST_F(ZoneFilesTest, ADamagedFileIsWrittenAgainAsANewOne) {
    const auto first = files_.write(saying("x"), {}).value();
    ASSERT_TRUE(sys::write_file_atomically(first.files[0].path, "other"));
    EXPECT_EQ(files_.write(saying("x"), first.serial).value().serial, 1001U);
}

}  // namespace
}  // namespace dim::server
