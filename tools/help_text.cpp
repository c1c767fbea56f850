#include "tools/help_text.hpp"

#include "tools/global_options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

namespace dim::tool {

std::string command_lines(const CommandTable& table, std::string_view noun) {
    const auto is_wanted = [noun](const Command& command) {
        return noun.empty() || noun == command.noun;
    };
    std::size_t width = 0;
    for (const Command& command : table.commands)
        if (is_wanted(command)) width = std::max(width, full_name(command).size());
    std::string text;
    for (const Command& command : table.commands) {
        if (is_wanted(command))
            text += fmt::format("dim {:<{}}  {}\n", full_name(command), width, command.summary);
    }
    return text;
}

std::string help_of_all(const CommandTable& table) {
    GlobalOptions values;
    CLI::App options;
    values.add_to(options);
    options.set_version_flag("--version", DIM_VERSION);
    return fmt::format(
        "DIM: complete, persistent Linux on thousands of diskless blades.\n\n{}\n"
        "'dim help COMMAND' tells more of each, with examples; dim(1) tells all.\n{}\n"
        "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no daemon, 4 not confirmed.\n",
        command_lines(table), CLI::Formatter().make_groups(&options, CLI::AppFormatMode::Normal));
}

std::string help_of_noun(const CommandTable& table, const Noun& noun) {
    return fmt::format("dim {}: {}\n\n{}\n'dim help {} VERB' tells more of each, with examples.\n",
                       noun.name, noun.summary, command_lines(table, noun.name), noun.name);
}

}  // namespace dim::tool
