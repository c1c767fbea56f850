#include "tools/command_request.hpp"

#include "libdim/base/text.hpp"
#include "tools/global_options.hpp"
#include "tools/help_text.hpp"
#include "tools/historical_words.hpp"
#include "tools/nearest_words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace dim::tool {

namespace {

constexpr std::string_view kHistoricalPrefix = "dim_";
constexpr std::string_view kSyncit = "syncit";  ///< historical, too, and its name today
constexpr std::string_view kHelp = "help";
constexpr std::size_t kWordToPrint = 40;

std::string in_quotes(std::string_view word) { return "'" + printable(word, kWordToPrint) + "'"; }

std::unexpected<Failure> wrong(const std::string& message, std::string cure) {
    return wrong_usage(Error(ErrorCode::invalid_input, message).with_cure(std::move(cure)));
}

bool is_option(std::string_view word) { return word.size() > 1 && word.starts_with('-'); }

class Finder {
public:
    Finder(const CommandTable& table, const std::vector<std::string>& words)
        : table_(table), words_(words) {
        values_.add_to(options_);
    }

    Outcome<CommandRequest> find() {
        while (at_ < words_.size() && request_.command == nullptr) {
            const std::string& word = words_[at_++];
            DIM_CHECK(is_option(word) ? take_option(word) : take_word(word));
        }
        if (request_.kind != CommandRequest::Kind::run) return request_;
        if (request_.command == nullptr) return missing();
        request_.words.insert(request_.words.end(), words_.begin() + at_, words_.end());
        return request_;
    }

private:
    Outcome<> take_option(const std::string& word) {
        if (word == "-h" || word == "--help") {
            request_.kind = CommandRequest::Kind::help;
        } else if (word == "--version") {
            request_.kind = CommandRequest::Kind::version;
        } else {
            const CLI::Option* const option =
                options_.get_option_no_throw(word.substr(0, word.find('=')));
            if (option == nullptr) return unknown_global_option(word);
            request_.words.push_back(word);
            const bool has_value = option->get_items_expected_max() > 0 && !word.contains('=');
            if (has_value && at_ < words_.size()) request_.words.push_back(words_[at_++]);
        }
        return {};
    }

    Outcome<> unknown_global_option(const std::string& word) {
        return unknown_option("dim", word, options_,
                              "the options of a command stand behind it: 'dim help COMMAND'");
    }

    Outcome<> take_word(const std::string& word) {
        if (word == kHelp) {
            request_.kind = CommandRequest::Kind::help;
            return {};
        }
        if (request_.noun != nullptr) return take_verb(word);
        const auto noun = std::ranges::find(table_.nouns, word, &Noun::name);
        if (noun != table_.nouns.end()) {
            request_.noun = &*noun;
            return {};
        }
        request_.command = find_in_table(word, "");
        return request_.command != nullptr ? Outcome<>{} : unknown_command(word);
    }

    Outcome<> take_verb(const std::string& word) {
        request_.command = find_in_table(request_.noun->name, word);
        return request_.command != nullptr ? Outcome<>{} : unknown_verb(word);
    }

    const Command* find_in_table(std::string_view noun, std::string_view verb) const {
        const auto found = std::ranges::find_if(table_.commands, [&](const Command& command) {
            return command.noun == noun && command.verb == verb;
        });
        return found == table_.commands.end() ? nullptr : &*found;
    }

    /// The full names of the commands with the verb VERB.
    std::vector<std::string> commands_with(std::string_view verb) const {
        std::vector<std::string> names;
        for (const Command& command : table_.commands)
            if (command.verb == verb) names.push_back(full_name(command));
        return names;
    }

    Outcome<> unknown_command(const std::string& word) const {
        const std::string message = "there is no command " + in_quotes(word);
        // "dim show dhcp": the words are right, their order is not.
        if (at_ < words_.size() && !word.empty() && find_in_table(words_[at_], word) != nullptr)
            return wrong(message, "did you mean 'dim " + words_[at_] + ' ' + word + "'?");
        std::string cure = did_you_mean("dim ", near_commands(word));
        return wrong(message, cure.empty() ? "'dim help' lists the commands" : std::move(cure));
    }

    /// Nouns, commands without a noun and verbs like WORD, as what to type.
    std::vector<std::string> near_commands(std::string_view word) const {
        if (word.starts_with(kHistoricalPrefix)) word.remove_prefix(kHistoricalPrefix.size());
        std::vector<std::string> candidates{std::string(kHelp), "--version"};
        for (const Noun& noun : table_.nouns)
            candidates.emplace_back(noun.name);
        for (const Command& command : table_.commands)
            candidates.emplace_back(*command.verb != '\0' ? command.verb : command.noun);
        std::vector<std::string> names;
        for (const std::string& near : nearest_words(word, candidates)) {
            const auto full = commands_with(near);
            const bool is_noun =
                std::ranges::find(table_.nouns, near, &Noun::name) != table_.nouns.end();
            if (full.empty() || is_noun) {
                names.push_back(near);
            } else {
                names.insert(names.end(), full.begin(), full.end());
            }
        }
        return names;
    }

    Outcome<> unknown_verb(const std::string& word) const {
        const std::string noun = request_.noun->name;
        const std::string message = "'dim " + noun + "' has no verb " + in_quotes(word);
        std::vector<std::string> verbs;
        for (const Command& command : table_.commands)
            if (command.noun == noun) verbs.emplace_back(command.verb);
        const auto elsewhere = commands_with(word);
        if (!elsewhere.empty()) return wrong(message, did_you_mean("dim ", elsewhere));
        const auto near = nearest_words(word, verbs);
        if (!near.empty()) return wrong(message, did_you_mean("dim " + noun + ' ', near));
        return wrong(message, "there are\n" + command_lines(table_, noun));
    }

    std::unexpected<Failure> missing() const {
        if (request_.noun == nullptr) {
            return wrong("a command is missing; there are", command_lines(table_));
        }
        return wrong("what 'dim " + std::string(request_.noun->name) +
                         "' shall do is missing; there are",
                     command_lines(table_, request_.noun->name));
    }

    const CommandTable& table_;
    const std::vector<std::string>& words_;
    GlobalOptions values_;  // of which only the names count here
    CLI::App options_;
    std::size_t at_ = 0;  // of the next word
    CommandRequest request_;
};

}  // namespace

std::vector<std::string> command_words(const std::vector<std::string>& arguments) {
    std::vector<std::string> words;
    if (!arguments.empty()) {
        std::string_view program = arguments.front();
        if (const auto slash = program.rfind('/'); slash != std::string_view::npos)
            program.remove_prefix(slash + 1);
        words.assign(arguments.begin() + 1, arguments.end());
        if (program.starts_with(kHistoricalPrefix))
            return historical_words(program.substr(kHistoricalPrefix.size()), std::move(words));
        if (program == kSyncit) words.insert(words.begin(), std::string(kSyncit));
    }
    return words;
}

Outcome<CommandRequest> find_command(const CommandTable& table,
                                     const std::vector<std::string>& words) {
    return Finder(table, words).find();
}

std::unexpected<Failure> unknown_option(const std::string& where, std::string_view word,
                                        const CLI::App& options, std::string cure) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : options.get_options()) {
        for (const std::string& name : option->get_lnames())
            names.push_back("--" + name);
    }
    const std::string_view name = word.substr(0, word.find('='));
    std::string near = did_you_mean("", nearest_words(name, names));
    return wrong("'" + where + "' has no option " + in_quotes(name),
                 near.empty() ? std::move(cure) : std::move(near));
}

}  // namespace dim::tool
