#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/module_targets.hpp"
#include "tools/output/chassis_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

namespace dim::tool {

namespace {

struct BcadminArguments {
    ModuleAccess access;
    std::vector<std::string> words;
    bool clears = false;
};

constexpr std::array<std::string_view, 5> kActions{"info", "inventory", "vitals", "eventlog",
                                                   "reset-mm"};

/// What is asked of which chassis.
struct BcadminRequest {
    std::string chassis;  ///< as it was named
    ModuleContactPoint contact;
    std::string action;
};

Outcome<std::string> action_of(const BcadminArguments& arguments, std::size_t at) {
    const std::vector<std::string>& words = arguments.words;
    if (words.size() != at + 1 || std::ranges::count(kActions, words[at]) == 0)
        return wrong_usage(Error(ErrorCode::invalid_input, "what is to be done with the chassis?")
                               .with_cure("one of: info, inventory, vitals, eventlog, reset-mm"));
    if (arguments.clears && words[at] != "eventlog")
        return wrong_usage(
            Error(ErrorCode::invalid_input, "--clear is for eventlog").with_cure("leave it out"));
    return words[at];
}

Outcome<BcadminRequest> request_of(const Context& context, const BcadminArguments& arguments) {
    if (arguments.access.address) {
        DIM_TRY(auto action, action_of(arguments, 0));
        DIM_TRY(auto contact, arguments.access.contact(context));
        return BcadminRequest{*arguments.access.address, std::move(contact), std::move(action)};
    }
    DIM_TRY(auto action, action_of(arguments, 1));
    DIM_TRY(auto target, chassis_target(context, arguments.access, arguments.words.front()));
    return BcadminRequest{std::move(target.name), std::move(target.contact), std::move(action)};
}

/// Failures: the first bay whose answers cannot be understood; the others are shown all the same.
Outcome<> show_inventory(const Context& context, bladecenter::ManagementModule& module) {
    DIM_TRY(const auto bays, module.bays(bladecenter::Bay::all()));
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

Outcome<> act(const Context& context, bladecenter::ManagementModule& module,
              const BcadminArguments& arguments, const BcadminRequest& request) {
    if (request.action == "inventory") return show_inventory(context, module);
    if (request.action == "eventlog")
        return show_event_log(context, module, arguments, request.chassis);
    if (request.action == "info") {
        DIM_TRY(const auto report, module.chassis());
        std::cout << (context.json ? chassis_json(report) : chassis_text(report));
    } else if (request.action == "vitals") {
        DIM_TRY(const auto vitals, module.vitals());
        std::cout << (context.json ? vitals_json(vitals) : vitals_text(vitals));
    } else {
        DIM_CHECK(confirm_deed(context, "restart the management module " + request.chassis));
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
           "the chassis; inventory: all bays; vitals: temperatures and blowers; eventlog: "
           "newest first; reset-mm: restart the module, while blades go on")
        ->required();
    app.add_flag("--clear", arguments->clears, "empty the event log once it was shown");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const BcadminRequest request, request_of(context, *arguments));
        DIM_TRY(auto module, arguments->access.open(request.contact));
        return act(context, module, *arguments, request);
    };
}

}  // namespace dim::tool
