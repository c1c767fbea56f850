#include "libdim/base/text.hpp"
#include "tools/command_parser.hpp"
#include "tools/command_request.hpp"
#include "tools/commands/commands.hpp"

#include <gtest/gtest.h>

namespace dim::tool {
namespace {

/// The words of a line as a shell would take it: quotes hold together, a pipe or redirection ends
/// it.
std::vector<std::string> shell_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool is_quoted = false;
    for (const char c : line) {
        if (!is_quoted && (c == '|' || c == '>' || c == '<')) break;
        if (c == '\'') {
            is_quoted = !is_quoted;
        } else if (c != ' ' || is_quoted) {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.push_back(word);
    return words;
}

TEST(CommandTable, WhatACommandRefusesIsNotInItsHelp) {
    for (const Command& command : command_table().commands) {
        const std::string help = help_of(command);
        const bool renders = command.kind == CommandKind::renders;
        const bool asks_hardware = command.kind == CommandKind::asks_hardware;
        const bool reads =
            renders || asks_hardware || command.kind == CommandKind::reads_definition;
        const bool changes =
            command.kind == CommandKind::changes || command.kind == CommandKind::asks_hardware;
        EXPECT_EQ(help.contains("--json"), !renders) << help;
        EXPECT_EQ(help.contains("--cluster"), reads) << help;
        EXPECT_EQ(help.contains("--yes "), changes) << help;
    }
}

TEST(CommandTable, EveryCommandIsFoundByItsWords) {
    const CommandTable table = command_table();
    for (const Command& command : table.commands) {
        std::vector<std::string> words{command.noun};
        if (*command.verb != '\0') words.emplace_back(command.verb);
        const auto request = find_command(table, words);
        ASSERT_TRUE(request) << full_name(command);
        EXPECT_EQ(request->command, &command) << full_name(command);
    }
}

TEST(CommandTable, EveryExampleIsUnderstood) {
    const CommandTable table = command_table();
    for (const Command& command : table.commands) {
        for (const std::string_view line : split(command.examples, '\n')) {
            const auto words = command_words(shell_words(line));
            if (words.empty()) continue;
            const auto request = find_command(table, words);
            ASSERT_TRUE(request) << line << ": " << request.error().cause.message();
            EXPECT_EQ(request->command, &command) << line;
            const auto parsed = parse_command(table, command, request->words);
            EXPECT_TRUE(parsed) << line << ": " << parsed.error().cause.message();
        }
    }
}

}  // namespace
}  // namespace dim::tool
