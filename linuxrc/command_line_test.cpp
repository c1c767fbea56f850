#include "linuxrc/command_line.hpp"

#include <gmock/gmock.h>

namespace dim::linuxrc {
namespace {

using ::testing::HasSubstr;

Result<std::string> render(std::vector<std::string> words) { return render_command_line(words); }

TEST(CommandLine, RefusesWhatTheKernelWouldTakeForSomethingElse) {
    for (const char* word :
         {"", "two words", "tab\there", "line\n", "\"quoted", "caf\xc3\xa9", "bell\a", "del\x7f"}) {
        const auto line = render({"quiet", word});
        ASSERT_FALSE(line) << word;
        EXPECT_EQ(line.error().code(), ErrorCode::invalid_input);
    }
    EXPECT_FALSE(render({std::string("nul\0byte", 8)}));
}

TEST(CommandLine, RefusesMoreThanAZimageHasRoomFor) {
    EXPECT_TRUE(render({std::string(kCommandLineBytes - 1, 'x')}));
    EXPECT_EQ(render({std::string(kCommandLineBytes, 'x')}).error().code(),
              ErrorCode::limit_exceeded);
    const auto line = render({std::string(1024, 'x'), std::string(1023, 'y')});
    ASSERT_FALSE(line);
    EXPECT_THAT(line.error().message(), HasSubstr("2047"));
    EXPECT_THAT(line.error().cure(), HasSubstr("--option"));
}

TEST(CommandLine, JoinsWords) {
    EXPECT_EQ(render({}).value(), "");
    EXPECT_EQ(render({"console=hvc0", "dim.server-name=is01", "a='b,c'"}).value(),
              "console=hvc0 dim.server-name=is01 a='b,c'");
}

}  // namespace
}  // namespace dim::linuxrc
