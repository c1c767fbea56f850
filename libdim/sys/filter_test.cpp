#include "libdim/sys/filter.hpp"

#include <gtest/gtest.h>

namespace dim::sys {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLong{60};

std::vector<std::string> shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

TEST(Filter, EndsWhatTakesTooLongWithItsChildren) {
    const auto slow = filter(shell("sleep 1000 & sleep 1000"), milliseconds(50), {});
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().code(), ErrorCode::timed_out);
    EXPECT_TRUE(slow.error().message().starts_with("/bin/sh: ")) << slow.error().message();
}

TEST(Filter, EndsWhatSaysTooMuch) {
    const auto loud = filter(shell("yes"), kLong, {.output_limit = 1000});
    ASSERT_FALSE(loud);
    EXPECT_EQ(loud.error().code(), ErrorCode::limit_exceeded);
    std::string heard;
    const auto complaining =
        filter(shell("yes | head -c 500000 >&2; echo done"), kLong,
               {.error_limit = 1000, .on_error = [&](std::string_view text) { heard += text; }});
    ASSERT_TRUE(complaining);
    EXPECT_EQ(heard.size(), 1000u);
    EXPECT_EQ(complaining->output, "done\n");
}

TEST(Filter, AProgramThatIsNotThereOrFails) {
    EXPECT_EQ(filter({"/nonexistent/plug-in"}, kLong, {}).error().code(), ErrorCode::not_found);
    const auto failed = filter(shell("echo said; exit 3"), kLong, {});
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->status.code, 3);
    EXPECT_EQ(failed->output, "said\n");
}

TEST(Filter, MoreThanAPipeHoldsGoesInAndOut) {
    const std::string much(1'000'000, 'x');
    const auto copied = filter({"cat"}, kLong, {.input = much, .output_limit = much.size()});
    ASSERT_TRUE(copied) << copied.error().message();
    EXPECT_EQ(copied->output, much);
    EXPECT_TRUE(filter(shell("true"), kLong, {.input = much})) << "it need not read";
}

TEST(Filter, DoesNotWaitForWhatALongLivedChildHoldsOpen) {
    const auto ended = filter(shell("sleep 1000 & echo $!"), kLong, {});
    ASSERT_TRUE(ended);
    const auto child =
        filter({"kill", ended->output.substr(0, ended->output.find('\n'))}, kLong, {});
    EXPECT_TRUE(child->status.is_success());
}

}  // namespace
}  // namespace dim::sys
