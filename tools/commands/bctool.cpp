#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/module_targets.hpp"
#include "tools/output/words.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

struct BctoolArguments {
    ModuleAccess access;
    std::string bays;
    std::uint32_t wait_seconds = 30;
    std::uint32_t stagger_seconds = 0;
    std::vector<std::string> words;
};

/// What is asked, and what is to be done to it.
struct BctoolRequest {
    std::vector<ModuleTarget> targets;
    BayAction action;
    std::string which;  ///< "bays 1,3", "blades s01c2"
    bool is_by_name;
};

/// With one bay the answer alone, for scripts.
void print_answers(const std::vector<BayResult>& results) {
    for (const BayResult& result : results) {
        if (results.size() == 1) {
            if (result.answer) std::cout << result.answer->text << '\n';
        } else if (result.answer) {
            std::cout << result.name << ": " << result.answer->text << '\n';
        } else {
            std::cerr << result.name << ": failed: " << result.answer.error().message() << '\n';
        }
    }
}

void print_json(const std::vector<BayResult>& results, bool is_by_name) {
    auto rows = nlohmann::ordered_json::array();
    for (const BayResult& result : results) {
        nlohmann::ordered_json row;
        if (is_by_name) {
            row["blade"] = result.name;
            row["module"] = result.module;
        }
        row["bay"] = result.bay.number();
        if (result.answer) {
            for (const auto& [name, value] : result.answer->values)
                row[name] = value;
        } else {
            row["error"] = result.answer.error().message();
        }
        rows.push_back(std::move(row));
    }
    const char* const name = is_by_name ? "blades" : "bays";
    std::cout << nlohmann::ordered_json{{name, std::move(rows)}}.dump() << '\n';
}

/// The first failure, and how many there are.
Outcome<> summary(std::vector<BayResult> results, bool is_by_name) {
    std::size_t failed = 0;
    std::optional<Error> first;
    for (BayResult& result : results) {
        if (result.answer) continue;
        ++failed;
        if (first) continue;
        first = std::move(result.answer).error();
        if (is_by_name) first = (*std::move(first)).with_context(result.name);
    }
    if (!first) return {};
    if (results.size() == 1) return fail(*std::move(first));
    return fail((*std::move(first))
                    .with_context(std::to_string(failed) + " of " +
                                  count_text(results.size(), is_by_name ? "blade" : "bay") +
                                  " failed; the first"));
}

Outcome<std::vector<ModuleTarget>> bay_targets(const Context& context,
                                               const BctoolArguments& arguments) {
    if (arguments.bays.empty())
        return wrong_usage(Error(ErrorCode::invalid_input, "--mm needs --bay")
                               .with_cure("name bays of the chassis: --bay 3, --bay 1,5-7"));
    DIM_TRY(const auto bays, from_word("--bay", bladecenter::parse_bays(arguments.bays)));
    DIM_TRY(auto contact, arguments.access.contact(context));
    ModuleTarget target{*arguments.access.address, std::move(contact), {}};
    for (const bladecenter::Bay bay : bays)
        target.bays.push_back({"bay " + to_string(bay), bay});
    return std::vector{std::move(target)};
}

Outcome<BctoolRequest> request_of(const Context& context, const BctoolArguments& arguments) {
    std::vector<std::string> words = arguments.words;
    const std::chrono::seconds wait(arguments.wait_seconds);
    if (arguments.access.address) {
        DIM_TRY(auto action, parse_bay_action(words, wait));
        DIM_TRY(auto targets, bay_targets(context, arguments));
        return BctoolRequest{std::move(targets), std::move(action), "bays " + arguments.bays,
                             false};
    }
    if (!arguments.bays.empty())
        return contradiction("--bay and a blade's name", "the definition tells a blade's bay");
    const std::string range = words.front();
    words.erase(words.begin());
    DIM_TRY(auto action, parse_bay_action(words, wait));
    DIM_TRY(auto targets, blade_targets(context, arguments.access, range));
    return BctoolRequest{std::move(targets), std::move(action), range, true};
}

std::size_t count_bays(const std::vector<ModuleTarget>& targets) {
    std::size_t count = 0;
    for (const ModuleTarget& target : targets)
        count += target.bays.size();
    return count;
}

}  // namespace

Action bctool(CLI::App& app) {
    auto arguments = std::make_shared<BctoolArguments>();
    arguments->access.add_options(app);
    app.add_option("--bay", arguments->bays, "with --mm: bays of the chassis: 3, 1,5-7");
    app.add_option("--wait", arguments->wait_seconds,
                   "seconds until a blade must have the power state that it is sent to (30)")
        ->check(CLI::Range(0, 3600));
    app.add_option("--stagger", arguments->stagger_seconds,
                   "seconds between one blade of a chassis and the next (0)")
        ->check(CLI::Range(0, 3600));
    app.add_option("WORDS", arguments->words,
                   "RANGE of blades, unless --mm is given; then the action: power "
                   "on|off|softoff|cycle|state, reset, nmi, bootseq [LIST], mac, name [TEXT], vpd, "
                   "health, led [on|off|blink], sol on|off|state")
        ->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const BctoolRequest request, request_of(context, *arguments));
        if (!request.action.interruption.empty()) {
            DIM_CHECK(confirm(
                context, request.action.interruption, count_bays(request.targets),
                [&] { return request.which; }, 1));
        }
        std::vector<BayResult> results =
            act_on_bays(request.targets, arguments->access, request.action,
                        std::chrono::seconds(arguments->stagger_seconds));
        if (context.json) {
            print_json(results, request.is_by_name);
        } else {
            print_answers(results);
        }
        return summary(std::move(results), request.is_by_name);
    };
}

}  // namespace dim::tool
