#include "tools/command_request.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = CommandRequest::Kind;

Action nothing(CLI::App&) {
    return [](Context&) -> Outcome<> { return {}; };
}

CommandTable nouns_and_verbs() {
    static constexpr std::array kNouns{Noun{"image", "images"}, Noun{"dhcp", "addresses"}};
    static constexpr std::array kCommands{
        Command{"status", "", "what is", "", &nothing},
        Command{"image", "list", "the images", "", &nothing},
        Command{"image", "create", "make one", "", &nothing},
        Command{"dhcp", "assign", "give one", "", &nothing},
        Command{"dhcp", "list", "the addresses", "", &nothing},
    };
    return {kNouns, kCommands};
}

/// The message and the cure of words that are refused.
using Refusal = std::pair<std::string, std::string>;

Refusal refused(const std::vector<std::string>& words) {
    const auto request = find_command(nouns_and_verbs(), words);
    if (request) return {"not refused", ""};
    EXPECT_EQ(request.error().exit_code, ExitCode::usage);
    return {request.error().cause.message(), request.error().cause.cure()};
}

TEST(CommandRequest, AnUnknownCommandIsNamedWithTheNearest) {
    EXPECT_EQ(refused({"imge", "list"}),
              Refusal("there is no command 'imge'", "did you mean 'dim image'?"));
    EXPECT_EQ(refused({"stat"}).second, "did you mean 'dim status'?");
    EXPECT_EQ(refused({"halp"}).second, "did you mean 'dim help'?");
    EXPECT_EQ(refused({"version"}).second, "did you mean 'dim --version'?");
    EXPECT_EQ(refused({"frobnicate"}).second, "'dim help' lists the commands");
    EXPECT_EQ(refused({""}).first, "there is no command ''");
    EXPECT_EQ(refused({"\x1b[2J"}).first, "there is no command '?[2J'");
}

TEST(CommandRequest, AVerbWithoutItsNounIsFound) {
    EXPECT_EQ(refused({"asign", "s01", "granite"}).second, "did you mean 'dim dhcp assign'?");
    EXPECT_EQ(refused({"list"}).second, "did you mean 'dim image list' or 'dim dhcp list'?");
    EXPECT_EQ(refused({"list", "dhcp"}).second, "did you mean 'dim dhcp list'?");
}

TEST(CommandRequest, AHistoricalNameIsUnderstood) {
    EXPECT_EQ(refused(command_words({"/usr/bin/dim_imge", "list"})).second,
              "did you mean 'dim image'?");
    EXPECT_EQ(refused({"dim_dhcp", "assign"}).second, "did you mean 'dim dhcp'?");
}

TEST(CommandRequest, AnUnknownVerbIsNamedWithTheNearest) {
    EXPECT_EQ(refused({"image", "lst"}),
              Refusal("'dim image' has no verb 'lst'", "did you mean 'dim image list'?"));
    EXPECT_EQ(refused({"image", "assign"}).second, "did you mean 'dim dhcp assign'?");
    EXPECT_EQ(refused({"image", "rm"}).second, "there are\n"
                                               "dim image list    the images\n"
                                               "dim image create  make one\n");
}

TEST(CommandRequest, WhatIsMissingIsListed) {
    EXPECT_EQ(refused({"dhcp", "--json"}), Refusal("what 'dim dhcp' shall do is missing; there are",
                                                   "dim dhcp assign  give one\n"
                                                   "dim dhcp list    the addresses\n"));
    EXPECT_EQ(refused({}).first, "a command is missing; there are");
    EXPECT_THAT(refused({}).second, HasSubstr("\ndim image create  make one\n"));
}

TEST(CommandRequest, AnUnknownOptionBeforeTheCommandIsNamed) {
    EXPECT_EQ(refused({"--jsno", "status"}),
              Refusal("'dim' has no option '--jsno'", "did you mean '--json'?"));
    EXPECT_EQ(refused({"--sockt=/run/x", "status"}).second, "did you mean '--socket'?");
    EXPECT_THAT(refused({"--fold", "status"}).second, HasSubstr("stand behind it"));
}

TEST(CommandRequest, GlobalOptionsMayStandAnywhere) {
    const auto request =
        find_command(nouns_and_verbs(),
                     {"--socket", "image", "dhcp", "--cluster=x", "-y", "list", "--json", "b1"});
    ASSERT_TRUE(request) << request.error().cause.message();
    EXPECT_EQ(request->kind, Kind::run);
    EXPECT_EQ(full_name(*request->command), "dhcp list");
    EXPECT_THAT(request->words,
                ElementsAre("--socket", "image", "--cluster=x", "-y", "--json", "b1"));
}

TEST(CommandRequest, HelpIsForAllANounOrACommand) {
    using Lines = std::vector<std::vector<std::string>>;
    for (const auto& words : Lines{{"help"}, {"--help"}}) {
        const auto all = find_command(nouns_and_verbs(), words);
        ASSERT_TRUE(all);
        EXPECT_EQ(all->kind, Kind::help);
        EXPECT_EQ(all->noun, nullptr);
        EXPECT_EQ(all->command, nullptr);
    }
    for (const auto& words : Lines{{"help", "dhcp"}, {"dhcp", "help"}, {"dhcp", "-h"}}) {
        const auto noun = find_command(nouns_and_verbs(), words);
        ASSERT_TRUE(noun);
        EXPECT_EQ(noun->kind, Kind::help);
        ASSERT_NE(noun->noun, nullptr);
        EXPECT_EQ(noun->noun->name, std::string("dhcp"));
        EXPECT_EQ(noun->command, nullptr);
    }
    for (const auto& words : Lines{{"help", "image", "list"}, {"--help", "image", "list"}}) {
        const auto one = find_command(nouns_and_verbs(), words);
        ASSERT_TRUE(one);
        EXPECT_EQ(one->kind, Kind::help);
        ASSERT_NE(one->command, nullptr);
        EXPECT_EQ(full_name(*one->command), "image list");
    }
    EXPECT_EQ(refused({"help", "imge"}).second, "did you mean 'dim image'?");
    EXPECT_EQ(find_command(nouns_and_verbs(), {"--version"})->kind, Kind::version);
}

TEST(CommandWords, HistoricalNamesAreSubCommands) {
    EXPECT_THAT(command_words({"/usr/bin/syncit", "granite"}), ElementsAre("syncit", "granite"));
    EXPECT_THAT(command_words({"/usr/bin/dim_image", "list", "--json"}),
                ElementsAre("image", "list", "--json"));
    EXPECT_THAT(command_words({"dim_buildzimage", "granite"}),
                ElementsAre("buildzimage", "granite"));
    EXPECT_THAT(command_words({"./dim", "status"}), ElementsAre("status"));
    EXPECT_THAT(command_words({}), ElementsAre());
}

}  // namespace
}  // namespace dim::tool
