#include "libdim/api/limits.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

namespace dim::tool {

namespace {

struct ExecArguments {
    BladeSelection selection;
    std::string command;  // is there for --help: see Context::words_behind
    std::string image;
    std::uint32_t time_limit = 60;
    std::uint32_t parallel = 4;
};

Outcome<api::RunCommand> exec_request(const ExecArguments& arguments, const Context& context) {
    if (context.words_behind.empty()) {
        return wrong_usage(
            Error(ErrorCode::invalid_input, "no command is named")
                .with_cure("put -- between the blades and the command: dim blade exec s01c1b01 -- "
                           "cat /etc/fstab"));
    }
    for (const std::string& word : context.words_behind) {
        if (word.size() > api::limits::kTextBytes)
            return wrong_usage(Error(ErrorCode::limit_exceeded,
                                     "a word of the command is longer than " +
                                         std::to_string(api::limits::kTextBytes) + " bytes")
                                   .with_cure("put a long script into a file of the image"));
    }
    api::RunCommand request{.blades = {},
                            .command = context.words_behind,
                            .time_limit_seconds = arguments.time_limit,
                            .parallel = arguments.parallel};
    if (!arguments.image.empty()) {
        DIM_TRY(request.image, from_word(model::ImageName::parse(arguments.image)));
    }
    DIM_TRY(request.blades, arguments.selection.resolve(context));
    return request;
}

/// Why the command did not succeed in a blade's root; empty when it did.
std::string failure_text(const api::CommandResult& result) {
    if (result.problem) return result.problem->detail;
    if (result.signal) return "killed by signal " + std::to_string(*result.signal);
    if (result.exit_code == 0U) return "";
    return result.exit_code ? "exit code " + std::to_string(*result.exit_code) : "no result";
}

/// Prints results as they come and remembers what failed.
class Results {
public:
    Results(bool is_json, std::size_t blades) : is_json_(is_json), blades_(blades) {}

    Outcome<> take(std::string_view text) {
        DIM_TRY(const auto line, api::parse<api::CommandLine>(text));
        if (line.result) print(*line.result);
        is_done_ = is_done_ || line.done.has_value();
        return {};
    }

    /// Failures: the first, and how many there are; unavailable when the daemon ended before.
    Outcome<> outcome() const {
        if (!is_done_) {
            return fail(Error(ErrorCode::unavailable, "the daemon ended, and with it the command")
                            .with_cure("start the daemon and run the command again"));
        }
        if (!first_) return {};
        if (blades_ == 1) return std::unexpected(Failure(*first_));
        return std::unexpected(Failure(
            Error(*first_).with_context("failed in the roots of " + std::to_string(failed_) +
                                        " of " + count_text(blades_, "blade") + "; the first")));
    }

private:
    void print(const api::CommandResult& result) {
        const std::string name = to_string(result.blade);
        if (is_json_) {
            std::cout << to_json(result) << '\n' << std::flush;
        } else {
            const std::string text = terminal_text(result.output);
            std::cout << (blades_ == 1 ? text : prefix_lines(text, name + ": ")) << std::flush;
        }
        if (result.is_output_cut && !is_json_)
            std::cerr << name << ": there was more output; only its beginning is kept\n";
        const std::string why = failure_text(result);
        if (why.empty()) return;
        ++failed_;
        if (blades_ > 1 && !is_json_) std::cerr << name << ": " << why << '\n';
        if (first_) return;
        first_.emplace(ErrorCode::conflict, name + ": " + why);
        if (result.problem && result.problem->cure)
            first_ = std::move(*first_).with_cure(*result.problem->cure);
    }

    bool is_json_;
    std::size_t blades_;
    std::size_t failed_ = 0;
    std::optional<Error> first_;
    bool is_done_ = false;
};

constexpr const char* kDescription =
    "The blades may be on or off. The command sees a blade's files as the blade does: the blade\n"
    "image, and the shared root over it read-only; but no network, no device and no process "
    "beside\n"
    "its own. It may do to files what root may, and nothing else. It ends with its time limit, "
    "and\n"
    "with this dim.";

void add_exec_options(CLI::App& app, ExecArguments& arguments) {
    app.description(app.get_description() + '\n' + kDescription);
    arguments.selection.add_options(app);
    app.add_option("COMMAND", arguments.command,
                   "behind --: a program of the image, its arguments");
    app.add_option("--image", arguments.image, "in the blade images of this image")
        ->default_str("the one assigned");
    app.add_option("--time-limit", arguments.time_limit,
                   "seconds for each blade, then it is killed")
        ->check(CLI::Range(std::uint32_t{1}, api::limits::kCommandSeconds))
        ->capture_default_str();
    app.add_option("--parallel", arguments.parallel, "blades at a time")
        ->check(CLI::Range(std::uint32_t{1}, api::limits::kParallelCommands))
        ->capture_default_str();
}

}  // namespace

Action blade_exec(CLI::App& app) {
    auto arguments = std::make_shared<ExecArguments>();
    add_exec_options(app, *arguments);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, exec_request(*arguments, context));
        DIM_CHECK(confirm_blades(context, "run the command in the roots of", request.blades));
        Results results(context.json, request.blades.size());
        DIM_CHECK(context.client.follow(http::Method::post, "/v1/commands", to_json(request),
                                        [&](std::string_view line) { return results.take(line); }));
        return results.outcome();
    };
}

}  // namespace dim::tool
