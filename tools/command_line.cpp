#include "tools/command_line.hpp"

#include "tools/command.hpp"
#include "tools/confirm.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <string_view>
#include <unistd.h>

namespace dim::tool {

namespace {

constexpr std::string_view kHistoricalPrefix = "dim_";
constexpr const char* kDefaultSocket = "/run/dim/api.sock";

struct Options {
    std::string socket = kDefaultSocket;
    std::optional<std::string> cluster_file;
    bool json = false;
    bool yes = false;
};

ExitCode exit_code_for(const Error& error) {
    if (is_not_confirmed(error)) return ExitCode::not_confirmed;
    if (error.code() == ErrorCode::unavailable &&
        error.message().starts_with("no image-server daemon")) {
        return ExitCode::no_daemon;
    }
    return ExitCode::failed;
}

ExitCode report(const Error& error) {
    std::cerr << "dim: " << error.message() << '\n';
    if (!error.cure().empty()) std::cerr << "     " << error.cure() << '\n';
    return exit_code_for(error);
}

/// The command that was given, and what to do with its options.
struct Choice {
    const Command* command = nullptr;
    Action action;
};

std::string full_name(const Command& command) {
    return std::string(command.noun) + (*command.verb != '\0' ? " " : "") + command.verb;
}

/// Errors: invalid_input for --cluster with a command that only the daemon can carry out.
Result<void> check_cluster_option(const CommandTable& table, const Command& command) {
    if (command.source == Source::definition) return {};
    std::string pure;
    for (const Command& other : table.commands) {
        if (other.source == Source::definition)
            pure += (pure.empty() ? "" : ", ") + full_name(other);
    }
    return fail(Error(ErrorCode::invalid_input,
                      "'dim " + full_name(command) + "' asks the daemon and reads no file")
                    .with_cure("leave --cluster out; it is for: " + pure));
}

/// The parser of the whole command line; CHOICE is set to the command that was given.
std::unique_ptr<CLI::App> make_parser(const CommandTable& table, Options& options, Choice& choice) {
    auto app = std::make_unique<CLI::App>(
        "DIM: complete, persistent Linux on thousands of diskless blades.", "dim");
    app->set_version_flag("--version", DIM_VERSION);
    app->add_option("--socket", options.socket, "the daemon's Unix socket")
        ->capture_default_str()
        ->envname("DIM_SOCKET");
    app->add_option("--cluster", options.cluster_file,
                    "work on this cluster definition, without the daemon");
    app->add_flag("--json", options.json, "print JSON for programs");
    app->add_flag("-y,--yes", options.yes, "do not ask before touching many blades");
    app->require_subcommand(1);
    app->fallthrough();
    app->footer(
        "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no daemon, 4 not confirmed.\n"
        "'dim COMMAND --help' shows examples.");
    std::map<std::string_view, CLI::App*> nouns;
    for (const Noun& noun : table.nouns) {
        CLI::App* const place = app->add_subcommand(noun.name, noun.summary);
        place->require_subcommand(1);
        place->fallthrough();
        nouns[noun.name] = place;
    }
    for (const Command& command : table.commands) {
        const std::string_view verb = command.verb;
        CLI::App* const place = verb.empty() ? app.get() : nouns.at(command.noun);
        CLI::App* const own =
            place->add_subcommand(verb.empty() ? command.noun : command.verb, command.summary);
        own->fallthrough();
        own->footer(std::string("Examples:\n") + command.examples);
        own->callback([&choice, &command, action = command.add_options(*own)] {
            choice = {&command, action};
        });
    }
    return app;
}

/// Words after "--" are no options. CLI11 forgets that on the way from a command to the one above,
/// so a blank keeps an exclusion ("-s01c1b03") from looking like one; ranges do not mind it.
std::vector<std::string> without_double_dash(std::vector<std::string> words) {
    const auto dashes = std::ranges::find(words, "--");
    if (dashes == words.end()) return words;
    for (auto word = words.erase(dashes); word != words.end(); ++word) {
        if (word->starts_with('-')) word->insert(0, 1, ' ');
    }
    return words;
}

}  // namespace

std::vector<std::string> command_words(const std::vector<std::string>& arguments) {
    std::vector<std::string> words;
    if (!arguments.empty()) {
        std::string_view program = arguments.front();
        if (const auto slash = program.rfind('/'); slash != std::string_view::npos)
            program.remove_prefix(slash + 1);
        if (program.starts_with(kHistoricalPrefix)) {
            words.emplace_back(program.substr(kHistoricalPrefix.size()));
        }
        words.insert(words.end(), arguments.begin() + 1, arguments.end());
    }
    return words;
}

ExitCode run_command_line(const CommandTable& table, std::vector<std::string> words) {
    Options options;
    Choice choice;
    const auto parser = make_parser(table, options, choice);
    words = without_double_dash(std::move(words));
    std::ranges::reverse(words);  // CLI11 takes the words from the back
    try {
        parser->parse(std::move(words));
    } catch (const CLI::ParseError& error) {
        const int code = parser->exit(error);
        return code == 0 ? ExitCode::ok : ExitCode::usage;
    }
    if (options.cluster_file) {
        if (const auto allowed = check_cluster_option(table, *choice.command); !allowed) {
            report(allowed.error());
            return ExitCode::usage;
        }
    }
    Context context{.client = ApiClient(options.socket),
                    .cluster_file = options.cluster_file,
                    .json = options.json,
                    .assume_yes = options.yes,
                    .is_terminal = ::isatty(STDERR_FILENO) == 1 && ::isatty(STDIN_FILENO) == 1};
    const auto outcome = choice.action(context);
    if (!outcome) return report(outcome.error());
    return std::cout.flush().good()
               ? ExitCode::ok
               : report(Error(ErrorCode::io, "cannot write to standard output"));
}

}  // namespace dim::tool
