#pragma once

#include "tools/command.hpp"

#include <string>
#include <vector>

namespace dim::tool {

/// What a command line asks for.
struct CommandRequest {
    enum class Kind { run, help, version };

    Kind kind = Kind::run;
    const Noun* noun = nullptr;        ///< of help for all its verbs
    const Command* command = nullptr;  ///< to run, or of help for it; absent with help for all
    std::vector<std::string> words;    ///< to run: its options and arguments
};

/// The words after the program's name, with a historical name turned into its sub-command:
/// "/usr/bin/dim_image list" is {"image", "list"}.
std::vector<std::string> command_words(const std::vector<std::string>& arguments);

/// Finds the command in the words; "help" and --help stand before or behind what is asked about.
/// Failures: usage, with the nearest commands, for a word that is none, and for a command that is
/// missing, with all there are.
Outcome<CommandRequest> find_command(const CommandTable& table,
                                     const std::vector<std::string>& words);

/// That WHERE ("dim image list") has no option WORD: with the nearest of OPTIONS, or CURE.
std::unexpected<Failure> unknown_option(const std::string& where, std::string_view word,
                                        const CLI::App& options, std::string cure);

}  // namespace dim::tool
