#include "libdim/base/text.hpp"
#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/module_targets.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct BctoolArguments {
    ModuleAccess access;
    PowerArguments power;
    std::string bays;
    std::vector<std::string> words;
};

/// What is asked, and what is to be done to it.
struct BctoolRequest {
    std::vector<ModuleTarget> targets;
    std::string which;  ///< "1,3", "s01c2"
    bool is_by_name;
};

/// RANGE apart, when there is one: "power" "on".
std::vector<std::string> action_words(const BctoolArguments& arguments) {
    const auto& words = arguments.words;
    return {words.begin() + (arguments.access.address ? 0 : 1), words.end()};
}

bool is_power(const std::vector<std::string>& words) {
    return !words.empty() && (words.front() == "power" || words.front() == "reset");
}

/// Failures: usage for words that are none.
Outcome<std::optional<power::PowerAction>>
parse_power_words(const std::vector<std::string>& words) {
    if (words.front() == "reset" && words.size() == 1) return power::PowerAction::reset;
    if (words.front() == "power" && words.size() == 2 && words.back() != "reset") {
        if (auto action = parse_power_word(words.back())) return action;
    }
    return no_bay_action("there is no '" + printable(words.front() + ' ' + words.back(), 40) + "'");
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
    if (arguments.access.address) {
        DIM_TRY(auto targets, bay_targets(context, arguments));
        return BctoolRequest{std::move(targets), "bays " + arguments.bays, false};
    }
    if (!arguments.bays.empty())
        return contradiction("--bay and a blade's name", "the definition tells a blade's bay");
    const std::string& range = arguments.words.front();
    DIM_TRY(auto targets, blade_targets(context, arguments.access, range));
    return BctoolRequest{std::move(targets), range, true};
}

std::size_t count_bays(const std::vector<ModuleTarget>& targets) {
    std::size_t count = 0;
    for (const ModuleTarget& target : targets)
        count += target.bays.size();
    return count;
}

const ResultNames& names_of(const BctoolRequest& request) {
    return request.is_by_name ? kResultsOfModules : kResultsOfBays;
}

Outcome<> run_power_words(const Context& context, const BctoolArguments& arguments) {
    DIM_TRY(const auto action, parse_power_words(action_words(arguments)));
    if (arguments.access.address && arguments.power.waits_until_running())
        return contradiction("--wait running and --mm", "no definition names the blade");
    DIM_TRY(const BctoolRequest request, request_of(context, arguments));
    return run_power(context, power_targets(request.targets, arguments.access), action,
                     arguments.power, request.which, names_of(request));
}

/// Of an action that interrupts nothing: with a value it sets, and without one it asks.
bool sets(const std::vector<std::string>& words) {
    return words.size() == 2 && !(words.front() == "sol" && words.back() == "state");
}

Outcome<> confirm_bay_action(const Context& context, const BayAction& action,
                             const std::vector<std::string>& words, const BctoolRequest& request) {
    const auto ask = [&](const std::string& what, std::size_t ask_above) {
        return confirm(
            context, what, count_bays(request.targets), [&] { return request.which; }, ask_above);
    };
    if (!action.interruption.empty()) return ask(action.interruption, 1);
    if (sets(words)) return ask("change " + words.front() + " of", kAskAbove);
    return {};
}

Outcome<> run_bay_action(const Context& context, const BctoolArguments& arguments) {
    const auto words = action_words(arguments);
    DIM_TRY(const BayAction action, parse_bay_action(words));
    DIM_TRY(const BctoolRequest request, request_of(context, arguments));
    DIM_CHECK(confirm_bay_action(context, action, words, request));
    std::vector<BladeResult> results =
        act_on_bays(request.targets, arguments.access, action, arguments.power.stagger);
    print_results(context, results, names_of(request));
    return summary(std::move(results), names_of(request));
}

}  // namespace

Action bctool(CLI::App& app) {
    auto arguments = std::make_shared<BctoolArguments>();
    arguments->access.add_options(app);
    app.add_option("--bay", arguments->bays, "with --mm: bays of the chassis: 3, 1,5-7");
    arguments->power.add_options(app);
    app.add_option("WORDS", arguments->words,
                   "RANGE of blades, unless --mm is given; then the action: power "
                   "on|off|softoff|cycle|state, reset, nmi, bootseq [LIST], mac, name [TEXT], vpd, "
                   "health, led [on|off|blink], sol on|off|state")
        ->required();
    return [=](Context& context) -> Outcome<> {
        if (is_power(action_words(*arguments))) return run_power_words(context, *arguments);
        return run_bay_action(context, *arguments);
    };
}

}  // namespace dim::tool
