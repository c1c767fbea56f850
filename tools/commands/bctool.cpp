#include "tools/bay_action.hpp"
#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/module_access.hpp"
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
    std::vector<std::string> words;
};

using BayResult = std::pair<bladecenter::Bay, Result<BayAnswer>>;

/// With one bay the answer alone, for scripts.
void print_answers(const std::vector<BayResult>& results) {
    for (const auto& [bay, answer] : results) {
        if (!answer) continue;
        if (results.size() > 1) std::cout << "bay " << to_string(bay) << ": ";
        std::cout << answer->text << '\n';
    }
}

void print_json(const std::vector<BayResult>& results) {
    auto bays = nlohmann::ordered_json::array();
    for (const auto& [bay, answer] : results) {
        nlohmann::ordered_json row{{"bay", bay.number()}};
        if (answer) {
            for (const auto& [name, value] : answer->values)
                row[name] = value;
        } else {
            row["error"] = answer.error().message();
        }
        bays.push_back(std::move(row));
    }
    std::cout << nlohmann::ordered_json{{"bays", std::move(bays)}}.dump() << '\n';
}

/// The first failure, and how many there are.
Outcome<> summary(std::vector<BayResult> results) {
    std::size_t failed = 0;
    std::optional<Error> first;
    for (auto& [bay, answer] : results) {
        if (answer) continue;
        ++failed;
        if (!first) first = std::move(answer).error();
    }
    if (!first) return {};
    if (results.size() == 1) return fail(*std::move(first));
    return fail((*std::move(first))
                    .with_context(std::to_string(failed) + " of " +
                                  count_text(results.size(), "bay") + " failed; the first"));
}

}  // namespace

Action bctool(CLI::App& app) {
    auto arguments = std::make_shared<BctoolArguments>();
    arguments->access.add_options(app);
    app.add_option("--bay", arguments->bays, "bays of the chassis: 3, 1,5-7")->required();
    app.add_option("--wait", arguments->wait_seconds,
                   "seconds until a blade must have the power state that it is sent to (30)")
        ->check(CLI::Range(0, 3600));
    app.add_option("ACTION", arguments->words,
                   "power on|off|softoff|cycle|state, reset, mac, name [TEXT], vpd, health, led "
                   "[on|off|blink]")
        ->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto bays, from_word("--bay", bladecenter::parse_bays(arguments->bays)));
        DIM_TRY(const auto action,
                parse_bay_action(arguments->words, std::chrono::seconds(arguments->wait_seconds)));
        DIM_TRY(auto module, arguments->access.open(context));
        if (!action.interruption.empty()) {
            DIM_CHECK(confirm(
                context, action.interruption, bays.size(),
                [&] { return "bays " + arguments->bays; }, 1));
        }
        std::vector<BayResult> results;
        for (const bladecenter::Bay bay : bays)
            results.emplace_back(bay, action.act(module, bay));
        context.json ? print_json(results) : print_answers(results);
        return summary(std::move(results));
    };
}

}  // namespace dim::tool
