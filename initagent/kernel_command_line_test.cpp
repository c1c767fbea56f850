#include "initagent/kernel_command_line.hpp"

#include <gtest/gtest.h>

namespace dim::agent {
namespace {

using Words = std::vector<CommandLineWord>;

TEST(CommandLine, RefusesATextNoKernelCanHave) {
    const auto words = parse_command_line(std::string(kCommandLineLimit + 1, 'a'));
    ASSERT_FALSE(words);
    EXPECT_EQ(words.error().code(), ErrorCode::limit_exceeded);
}

TEST(CommandLine, EndsAnUnfinishedQuoteAtTheEndOfTheText) {
    EXPECT_EQ(*parse_command_line("a=\"b c"), (Words{{"a", "b c"}}));
}

TEST(CommandLine, HasNoWordsInBlanksAndEmptyQuotes) {
    EXPECT_EQ(*parse_command_line(" \t\n\"\" "), Words{});
    EXPECT_EQ(*parse_command_line(""), Words{});
}

TEST(CommandLine, SplitsNamesFromValuesAtTheFirstEqualsSign) {
    EXPECT_EQ(*parse_command_line("quiet dim.server=10.1.0.1:7443 root=UUID=12 empty= =odd\n"),
              (Words{{"quiet", std::nullopt},
                     {"dim.server", "10.1.0.1:7443"},
                     {"root", "UUID=12"},
                     {"empty", ""},
                     {"=odd", std::nullopt}}));
}

TEST(CommandLine, KeepsBlanksBetweenQuotes) {
    EXPECT_EQ(*parse_command_line("\"a b=c d\" e=\"f g\" h=i\" \"j"),
              (Words{{"a b", "c d"}, {"e", "f g"}, {"h", "i j"}}));
}

TEST(CommandLine, LeavesWhatFollowsTwoDashesToInit) {
    EXPECT_EQ(*parse_command_line("quiet -- dim.retries=3"), (Words{{"quiet", std::nullopt}}));
}

TEST(CommandLine, PrintsWhatItReadsBack) {
    const Words words{{"a b", "c d"}, {"quiet", std::nullopt}, {"e", ""}, {"f", "g=h"}};
    EXPECT_EQ(*parse_command_line(to_string(words)), words);
}

}  // namespace
}  // namespace dim::agent
