#include "tools/command_parser.hpp"

#include "libdim/base/text.hpp"
#include "tools/command_request.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

namespace dim::tool {

namespace {

/// The parser of one command.
class CommandParser {
public:
    explicit CommandParser(const Command& command)
        : name_("dim " + full_name(command)), app_(command.summary, name_) {
        options_.add_to(app_);
        hide_refused_options(app_, command.kind);
        action_ = command.add_options(app_);
        app_.footer(std::string("Examples:\n") + command.examples);
    }

    std::string help() const { return app_.help(); }

    Outcome<ParsedCommand> parse(std::vector<std::string> words) {
        std::vector<std::string> behind = takes_command() ? cut_behind(words) : Words();
        DIM_CHECK(check_names(words));
        std::ranges::reverse(words);  // CLI11 takes the words from the back
        try {
            app_.parse(std::move(words));
        } catch (const CLI::CallForHelp&) {
            return ParsedCommand{{},
                                 [text = help()](Context&) -> Outcome<> {
                                     std::cout << text;
                                     return {};
                                 },
                                 {}};
        } catch (const CLI::ExtrasError&) {
            return wrong("'" + name_ + "' takes no '" + printable(app_.remaining().front(), 40) +
                         "'");
        } catch (const CLI::ParseError& error) {
            return wrong(std::string("'") + name_ + "': " + error.what());
        }
        return ParsedCommand{options_, action_, std::move(behind)};
    }

private:
    using Words = std::vector<std::string>;

    /// Whether the words behind "--" are another program's command line.
    bool takes_command() const { return app_.get_option_no_throw("COMMAND") != nullptr; }

    /// Takes "--" and what follows out of WORDS.
    static Words cut_behind(Words& words) {
        const auto dashes = std::ranges::find(words, "--");
        if (dashes == words.end()) return {};
        Words behind(dashes + 1, words.end());
        words.erase(dashes, words.end());
        return behind;
    }

    std::unexpected<Failure> wrong(std::string message) const {
        const std::string usage = CLI::Formatter().make_usage(&app_, name_);
        return wrong_usage(
            Error(ErrorCode::invalid_input, std::move(message))
                .with_cure(std::string(trim(usage)) + '\n' + help_command() + " tells more"));
    }

    /// Failures: usage for a word before "--" that looks like an option and is none. CLI11 tells
    /// of -s01c1b03 only what is left of it after the options -s, -0…
    Outcome<> check_names(const std::vector<std::string>& words) const {
        for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
            const std::string& word = words[i];
            if (word.size() < 2 || !word.starts_with('-')) continue;
            const CLI::Option* const last = find_last(word);
            if (last == nullptr) return unknown_option(name_, word, app_, cure_of_unknown(word));
            if (last->get_items_expected_max() > 0 && !word.contains('=')) ++i;  // its value
        }
        return {};
    }

    std::string cure_of_unknown(const std::string& word) const {
        const bool has_range = app_.get_option_no_throw("RANGE") != nullptr;
        if (has_range && word == "--all") return "say all where the blades are named";
        if (takes_command()) return "put -- between the blades and the command";
        if (!word.starts_with("--") && has_range)
            return "to take names away from a range, put -- before " + printable(word, 40);
        return help_command() + " lists those it has";
    }

    /// "'dim help image list'".
    std::string help_command() const { return "'dim help" + name_.substr(name_.find(' ')) + '\''; }

    /// The option that WORD is, the last one of "-wy", or nothing.
    const CLI::Option* find_last(const std::string& word) const {
        if (word.starts_with("--")) return app_.get_option_no_throw(word.substr(0, word.find('=')));
        const CLI::Option* option = nullptr;
        for (const char letter : word.substr(1)) {
            option = app_.get_option_no_throw(std::string("-") + letter);
            if (option == nullptr) return nullptr;
        }
        return option;
    }

    std::string name_;
    CLI::App app_;
    GlobalOptions options_;
    Action action_;
};

}  // namespace

Outcome<ParsedCommand> parse_command(const CommandTable& table, const Command& command,
                                     std::vector<std::string> words) {
    CommandParser parser(command);
    DIM_TRY(auto parsed, parser.parse(std::move(words)));
    DIM_CHECK(check_global_options(table, command, parsed.options));
    return parsed;
}

std::string help_of(const Command& command) { return CommandParser(command).help(); }

}  // namespace dim::tool
