#include "libdim/manifest/lines.hpp"

#include <gmock/gmock.h>

namespace dim::manifest {
namespace {

using ::testing::HasSubstr;

std::string ended(std::string text, std::size_t count) {
    append_end(text, count);
    return text;
}

TEST(Lines, RefusesAnEndThatDoesNotFit) {
    const std::string good = ended("kind 1\na\nb\n", 2);
    ASSERT_TRUE(open_lines(good));
    const auto cause = [](const std::string& text) { return open_lines(text).error().message(); };
    EXPECT_THAT(cause(""), HasSubstr("cut off"));
    EXPECT_THAT(cause("\n"), HasSubstr("cut off"));
    EXPECT_THAT(cause("kind 1\na\n"), HasSubstr("cut off"));
    EXPECT_THAT(cause(good.substr(0, good.size() - 1)), HasSubstr("cut off"));
    EXPECT_THAT(cause("x" + good), HasSubstr("damaged"));
    EXPECT_THAT(cause(ended("kind 1\na\n", 2)), HasSubstr("not 2 lines"));
    EXPECT_THAT(cause(ended("kind 1\na\nb\nc\n", 2)), HasSubstr("not 2 lines"));
}

TEST(Lines, TellsWhatIsBetween) {
    const std::string text = ended("kind 1\na\nb\n", 2);
    Lines lines = open_lines(text).value();
    EXPECT_EQ(lines.first, "kind 1");
    EXPECT_EQ(take_line(lines.body), "a");
    EXPECT_EQ(take_line(lines.body), "b");
    EXPECT_EQ(lines.body, "");
    EXPECT_EQ(digest_in(text).size(), 64U);
    EXPECT_EQ(digest_in(""), "");
}

TEST(Lines, TimesHaveOneForm) {
    for (const sys::FileTime time :
         {sys::FileTime{}, sys::FileTime{.seconds = -1, .nanoseconds = 5},
          sys::FileTime{.seconds = INT64_MAX, .nanoseconds = 999'999'999},
          sys::FileTime{.seconds = INT64_MIN, .nanoseconds = 0}})
        EXPECT_EQ(parse_time(to_text(time)), time) << to_text(time);
    EXPECT_EQ(to_text(sys::FileTime{.seconds = 1, .nanoseconds = 20}), "1.000000020");
    for (const char* text : {"", "1", "1.", "1.0", "01.000000000", "+1.000000000", "1.0000000000",
                             "1.-00000001", ".000000000", "9223372036854775808.000000000"})
        EXPECT_FALSE(parse_time(text)) << text;
}

}  // namespace
}  // namespace dim::manifest
