#include "imageserver/service/service_log.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

TEST(ServiceLog, KnowsNothingOfALogThatIsNotThere) {
    const dim::testing::TemporaryDirectory directory;
    EXPECT_EQ(log_size(directory / "log"), 0U);
    EXPECT_EQ(read_log_after(directory / "log", 0), "");
    EXPECT_TRUE(bound_log(directory / "log", 10));
    EXPECT_FALSE(open_log(directory / "missing/log"));
}

TEST(ServiceLog, ReadsTheEndOfALongLog) {
    const dim::testing::TemporaryDirectory directory;
    const std::string text = std::string(kLogExcerptLimit, 'a') + "end";
    ASSERT_TRUE(sys::write_file_atomically(directory / "log", text));
    EXPECT_EQ(read_log_after(directory / "log", 0), text.substr(3));
    EXPECT_EQ(read_log_after(directory / "log", kLogExcerptLimit), "end");
    // It was emptied meanwhile.
    ASSERT_TRUE(sys::write_file_atomically(directory / "log", "new"));
    EXPECT_EQ(read_log_after(directory / "log", kLogExcerptLimit), "new");
}

TEST(ServiceLog, KeepsWritingAfterItWasShortened) {
    const dim::testing::TemporaryDirectory directory;
    const auto log = open_log(directory / "log");
    ASSERT_TRUE(log);
    ASSERT_TRUE(sys::write_all(*log, "0123456789"));
    ASSERT_TRUE(bound_log(directory / "log", 10));
    EXPECT_EQ(log_size(directory / "log"), 10U);
    ASSERT_TRUE(bound_log(directory / "log", 9));
    ASSERT_TRUE(sys::write_all(*log, "new"));
    EXPECT_EQ(sys::read_file(directory / "log").value(), "new");
    EXPECT_EQ(sys::read_file(directory / "log.1").value(), "0123456789");
}

TEST(ServiceLog, JoinsItsLastLines) {
    EXPECT_EQ(last_lines("", 3), "");
    EXPECT_EQ(last_lines("\n \n", 3), "");
    EXPECT_EQ(last_lines("one\ntwo\r\n\n\tthree", 2), "two | three");
    EXPECT_EQ(last_lines("a\x1b[1mb\n", 1), "a?[1mb");
}

}  // namespace
}  // namespace dim::server
