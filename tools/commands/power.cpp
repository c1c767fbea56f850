#include "tools/commands/commands.hpp"
#include "tools/power_selection.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct PowerCommandArguments {
    ModuleAccess access;
    PowerArguments power;
    std::string action;
    std::vector<std::string> ranges;
};

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

Action power(CLI::App& app) {
    auto arguments = std::make_shared<PowerCommandArguments>();
    app.add_option("ACTION", arguments->action,
                   "on, off, softoff, cycle (off and on), reset, state (changes nothing)")
        ->required();
    app.add_option("RANGE", arguments->ranges, "blades, whatever hardware switches them")
        ->required();
    arguments->power.add_options(app);
    arguments->access.add_credentials_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto action, parse_power_word(arguments->action));
        DIM_TRY(const auto targets, power_of_range(context, arguments->access, arguments->ranges));
        return run_power(context, targets, action, arguments->power, joined(arguments->ranges),
                         kResultsOfBlades);
    };
}

}  // namespace dim::tool
