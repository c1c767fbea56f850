#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/module_targets.hpp"
#include "tools/output/chassis_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace dim::tool {

namespace {

struct BcadminArguments {
    ModuleAccess access;
    PowerArguments power;
    std::vector<std::string> words;
    bool clears = false;
};

/// What may be done with a chassis, and whether with a word behind it.
enum class Value { none, optional, needed };
constexpr std::array<std::pair<std::string_view, Value>, 8> kActions{{{"info", Value::none},
                                                                      {"inventory", Value::none},
                                                                      {"vitals", Value::none},
                                                                      {"eventlog", Value::none},
                                                                      {"reset-mm", Value::none},
                                                                      {"led", Value::optional},
                                                                      {"name", Value::optional},
                                                                      {"power", Value::needed}}};

/// What is asked of which chassis.
struct BcadminRequest {
    ModuleTarget chassis;  ///< as it was named, without bays
    std::string action;
    std::optional<std::string> value;
};

std::unexpected<Failure> no_action_of_chassis() {
    return wrong_usage(Error(ErrorCode::invalid_input, "what is to be done with the chassis?")
                           .with_cure("one of: info, inventory, vitals, eventlog, reset-mm, "
                                      "led [on|off|blink], name [TEXT], power on|off|state"));
}

/// Action and value of the words behind the chassis. Failures: usage.
Outcome<BcadminRequest> parse_request(const BcadminArguments& arguments, std::size_t at) {
    const std::vector<std::string>& words = arguments.words;
    if (words.size() <= at || words.size() > at + 2) return no_action_of_chassis();
    const auto known =
        std::ranges::find(kActions, words[at], &std::pair<std::string_view, Value>::first);
    const bool has_value = words.size() == at + 2;
    if (known == kActions.end() || (has_value && known->second == Value::none) ||
        (!has_value && known->second == Value::needed))
        return no_action_of_chassis();
    if (arguments.clears && words[at] != "eventlog")
        return wrong_usage(
            Error(ErrorCode::invalid_input, "--clear is for eventlog").with_cure("leave it out"));
    BcadminRequest request{.chassis = {}, .action = words[at], .value = {}};
    if (has_value) request.value = words[at + 1];
    return request;
}

Outcome<BcadminRequest> request_of(const Context& context, const BcadminArguments& arguments) {
    const bool is_by_address = arguments.access.address.has_value();
    DIM_TRY(auto request, parse_request(arguments, is_by_address ? 0 : 1));
    if (is_by_address) {
        DIM_TRY(auto contact, arguments.access.contact(context));
        request.chassis = {*arguments.access.address, std::move(contact), {}};
    } else {
        DIM_TRY(request.chassis,
                chassis_target(context, arguments.access, arguments.words.front()));
    }
    return request;
}

/// LEDs, which may take long, for programs only: the table has no column of them. Failures: the
/// first bay whose answers cannot be understood; the others are shown all the same.
Outcome<> show_inventory(const Context& context, bladecenter::ManagementModule& module) {
    const auto all = bladecenter::Bay::all();
    DIM_TRY(const auto bays, context.json ? module.bays_with_leds(all) : module.bays(all));
    std::cout << (context.json ? inventory_json(bays) : inventory_text(bays));
    for (const auto& report : bays) {
        if (!report.blade) {
            Error error = report.blade.error();
            return fail(std::move(error).with_context("bay " + to_string(report.bay)));
        }
    }
    return {};
}

/// Emptied only once all of it was shown.
Outcome<> show_event_log(const Context& context, bladecenter::ManagementModule& module,
                         const BcadminArguments& arguments, const std::string& chassis) {
    if (arguments.clears) DIM_CHECK(confirm_deed(context, "empty the event log of " + chassis));
    DIM_TRY(const auto entries, module.event_log());
    std::cout << (context.json ? event_log_json(entries) : event_log_text(entries)) << std::flush;
    if (!arguments.clears) return {};
    if (!std::cout)
        return fail(Error(ErrorCode::io, "the event log could not be written; it was not emptied"));
    return module.clear_event_log();
}

void print_value(const Context& context, const std::string& name, const std::string& value) {
    if (context.json) {
        std::cout << nlohmann::ordered_json{{name, value}}.dump() << '\n';
    } else {
        std::cout << value << '\n';
    }
}

Outcome<> show_or_set_led(const Context& context, bladecenter::ManagementModule& module,
                          const std::optional<std::string>& value) {
    if (value) {
        DIM_TRY(const auto wanted, from_word("led", bladecenter::parse_led(*value)));
        DIM_CHECK(module.set_chassis_led(wanted));
    }
    DIM_TRY(const auto led, module.chassis_led());
    print_value(context, "led", std::string(to_string(led)));
    return {};
}

Outcome<> show_or_set_name(const Context& context, bladecenter::ManagementModule& module,
                           const std::optional<std::string>& value) {
    if (value) DIM_CHECK(module.set_chassis_name(*value));
    DIM_TRY(const auto report, module.chassis());
    print_value(context, "name", report.name);
    return {};
}

/// All blades that are in the chassis. What is not a blade there is not asked for.
Outcome<> power_chassis(const Context& context, const BcadminArguments& arguments,
                        const BcadminRequest& request) {
    if (*request.value != "on" && *request.value != "off" && *request.value != "state")
        return no_action_of_chassis();
    DIM_TRY(const auto action, parse_power_word(*request.value));
    if (arguments.power.waits_until_running())
        return wrong_usage(Error(ErrorCode::invalid_input, "--wait running is for blades by name")
                               .with_cure("dim power on RANGE --wait running"));
    ModuleTarget chassis = request.chassis;
    DIM_TRY(auto module, arguments.access.open(chassis.contact));
    DIM_TRY(const auto report, module.chassis());
    for (const bladecenter::Bay bay : bladecenter::Bay::all())
        if (bay.number() <= report.installed.size() && report.installed[bay.number() - 1])
            chassis.bays.push_back({"bay " + to_string(bay), bay});
    if (chassis.bays.empty())
        return fail(ErrorCode::not_found, "there is no blade in " + chassis.name);
    return run_power(context, power_targets({chassis}, arguments.access), action, arguments.power,
                     "all of " + chassis.name, kResultsOfBays);
}

Outcome<> act(const Context& context, bladecenter::ManagementModule& module,
              const BcadminArguments& arguments, const BcadminRequest& request) {
    if (request.action == "inventory") return show_inventory(context, module);
    if (request.action == "led") return show_or_set_led(context, module, request.value);
    if (request.action == "name") return show_or_set_name(context, module, request.value);
    if (request.action == "eventlog")
        return show_event_log(context, module, arguments, request.chassis.name);
    if (request.action == "info") {
        DIM_TRY(const auto report, module.chassis());
        std::cout << (context.json ? chassis_json(report) : chassis_text(report));
    } else if (request.action == "vitals") {
        DIM_TRY(const auto vitals, module.vitals());
        std::cout << (context.json ? vitals_json(vitals) : vitals_text(vitals));
    } else {
        DIM_CHECK(confirm_deed(context, "restart the management module " + request.chassis.name));
        DIM_CHECK(module.reset_module());
    }
    return {};
}

}  // namespace

Action bcadmin(CLI::App& app) {
    auto arguments = std::make_shared<BcadminArguments>();
    arguments->access.add_options(app);
    app.add_option(
           "WORDS", arguments->words,
           "CHASSIS, by the name of its management module, unless --mm is given; then info: "
           "the chassis; inventory: all bays; vitals: temperatures, blowers, power modules; "
           "eventlog: "
           "newest first; reset-mm: restart the module, while blades go on; led "
           "[on|off|blink]: its own; name [TEXT]; power on|off|state: of all its blades")
        ->required();
    arguments->power.add_options(app);
    app.add_flag("--clear", arguments->clears, "empty the event log once it was shown");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const BcadminRequest request, request_of(context, *arguments));
        if (request.action == "power") return power_chassis(context, *arguments, request);
        DIM_TRY(auto module, arguments->access.open(request.chassis.contact));
        const auto done = act(context, module, *arguments, request);
        if (!module.remark().empty()) std::cerr << "answered " << module.remark() << '\n';
        return done;
    };
}

}  // namespace dim::tool
