#include "imageserver/service/log_tail.hpp"
#include "libdim/sys/atomic_write.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/poll.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <fcntl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::server {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LogTailTest : public ::testing::Test {
protected:
    LogTail open(std::optional<LogPosition> start = std::nullopt) {
        return LogTail::open(path_, start).value();
    }
    void append(std::string_view text) {
        const auto file = sys::open(path_, O_WRONLY | O_CREAT | O_APPEND, 0600);
        ASSERT_TRUE(file);
        ASSERT_TRUE(sys::write_all(*file, text));
    }
    static std::vector<std::string> read(LogTail& tail) {
        auto lines = tail.read_lines().value().lines;
        tail.accept();
        return lines;
    }
    static bool is_told(const LogTail& tail) {
        return sys::poll(tail.event_fd(), sys::Readiness::readable, sys::Deadline::in(0ms))
            .has_value();
    }

    dim::testing::TemporaryDirectory directory_;
    std::string path_ = directory_ / "log";
};

TEST_F(LogTailTest, WantsADirectory) {
    EXPECT_EQ(LogTail::open(directory_ / "missing/log", {}).error().code(), ErrorCode::not_found);
}

TEST_F(LogTailTest, RefusesDamagedPositions) {
    for (const std::string_view text : {"", "1", "1:", ":1", "1:2:3", "-1:2", "1:2 "})
        EXPECT_FALSE(LogPosition::parse(text)) << text;
    const LogPosition position{.inode = 17, .offset = 18'000'000'000};
    EXPECT_EQ(LogPosition::parse(to_string(position)).value(), position);
}

TEST_F(LogTailTest, WaitsForTheFileAndForWholeLines) {
    LogTail tail = open();
    EXPECT_THAT(read(tail), IsEmpty());
    append("one\ntw");
    EXPECT_TRUE(is_told(tail));
    EXPECT_THAT(read(tail), ElementsAre("one"));
    EXPECT_FALSE(is_told(tail));
    append("o\n\n");
    EXPECT_TRUE(is_told(tail));
    EXPECT_THAT(read(tail), ElementsAre("two", ""));
    EXPECT_THAT(read(tail), IsEmpty());
}

TEST_F(LogTailTest, GoesOnWhereAPredecessorStopped) {
    append("one\ntwo\n");
    LogTail first = open();
    const LogPosition end = first.read_lines().value().end;
    append("three\n");
    LogTail second = open(end);
    EXPECT_THAT(read(second), ElementsAre("three"));
}

TEST_F(LogTailTest, ReturnsTheSameUntilItIsAccepted) {
    append("one\n" + std::string(300'000, 'x'));
    LogTail tail = open();
    for (int round = 0; round < 2; ++round)
        EXPECT_THAT(tail.read_lines().value().lines,
                    ElementsAre("one", std::string(LogTail::kLineLimit, 'x')));
    tail.accept();
    append("x\ntwo\n");
    EXPECT_THAT(read(tail), ElementsAre("two"));
}

TEST_F(LogTailTest, LeavesOutWhatIsThereWhenItBeginsAtTheEnd) {
    append("one\ntwo\n");
    LogTail tail = LogTail::open_at_end(path_).value();
    EXPECT_THAT(read(tail), IsEmpty());
    append("three\n");
    EXPECT_THAT(read(tail), ElementsAre("three"));
    LogTail early = LogTail::open_at_end(path_ + ".later").value();
    EXPECT_THAT(read(early), IsEmpty());
}

TEST_F(LogTailTest, BeginsAnewWhenTheFileIsAnotherOrWasEmptied) {
    append("one\ntwo\n");
    LogTail tail = open();
    ASSERT_EQ(read(tail).size(), 2U);
    ASSERT_TRUE(sys::rename(path_, path_ + ".1"));
    EXPECT_THAT(read(tail), IsEmpty());
    append("new one\nnew two\n");
    EXPECT_THAT(read(tail), ElementsAre("new one", "new two"));
    {
        const auto file = sys::open(path_, O_WRONLY | O_TRUNC);
        ASSERT_TRUE(file);
    }
    append("last\n");
    EXPECT_THAT(read(tail), ElementsAre("last"));
    const std::uint64_t inode = tail.read_lines().value().end.inode;
    LogTail other = open(LogPosition{.inode = inode, .offset = 1000});
    EXPECT_THAT(read(other), ElementsAre("last"));
}

TEST_F(LogTailTest, CutsLongLines) {
    append(std::string(300'000, 'x'));
    LogTail tail = open();
    EXPECT_THAT(read(tail), ElementsAre(std::string(LogTail::kLineLimit, 'x')));
    append("yy");
    EXPECT_THAT(read(tail), IsEmpty());
    append("\nshort\n" + std::string(LogTail::kLineLimit, 'z') + "\n");
    EXPECT_THAT(read(tail), ElementsAre("short", std::string(LogTail::kLineLimit, 'z')));
}

TEST_F(LogTailTest, GoesOnInsideALongLine) {
    append(std::string(10'000, 'x'));
    LogTail before = open();
    const LogTail::Lines first = before.read_lines().value();
    EXPECT_THAT(first.lines, SizeIs(1));
    LogTail after = open(first.end);
    append("DHCPACK on 10.1.0.12 to 52:54:00:09:09:09 via boot0\nshort\n");
    EXPECT_THAT(read(after), ElementsAre("short"));
}

TEST_F(LogTailTest, BoundsWhatOneCallReturns) {
    std::string text;
    for (int count = 0; count < 2500; ++count)
        text += std::to_string(count) + "\n";
    append(text);
    LogTail tail = open();
    const auto first = tail.read_lines().value();
    EXPECT_EQ(first.lines.size(), LogTail::kLinesLimit);
    EXPECT_TRUE(first.has_more);
    tail.accept();
    EXPECT_EQ(read(tail).front(), "1000");
    const auto last = tail.read_lines().value();
    EXPECT_EQ(last.lines.back(), "2499");
    EXPECT_FALSE(last.has_more);
    tail.accept();
    EXPECT_THAT(read(tail), IsEmpty());
}

TEST_F(LogTailTest, BoundsHowMuchOneCallReads) {
    append(std::string(10 << 20, 'x'));
    LogTail tail = open();
    const auto first = tail.read_lines().value();
    EXPECT_TRUE(first.has_more);
    EXPECT_LT(first.end.offset, std::uint64_t{10} << 20);
}

}  // namespace
}  // namespace dim::server
