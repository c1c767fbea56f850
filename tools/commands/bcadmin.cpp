#include "tools/commands/commands.hpp"
#include "tools/module_access.hpp"
#include "tools/output/chassis_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct BcadminArguments {
    ModuleAccess access;
    std::string what;
};

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

}  // namespace

Action bcadmin(CLI::App& app) {
    auto arguments = std::make_shared<BcadminArguments>();
    arguments->access.add_options(app);
    app.add_option("WHAT", arguments->what,
                   "info: the chassis; inventory: all bays; vitals: temperatures and blowers; "
                   "eventlog: newest first")
        ->required()
        ->check(CLI::IsMember({"info", "inventory", "vitals", "eventlog"}));
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto module, arguments->access.open(context));
        const std::string& what = arguments->what;
        if (what == "inventory") return show_inventory(context, module);
        if (what == "info") {
            DIM_TRY(const auto report, module.chassis());
            std::cout << (context.json ? chassis_json(report) : chassis_text(report));
        } else if (what == "vitals") {
            DIM_TRY(const auto vitals, module.vitals());
            std::cout << (context.json ? vitals_json(vitals) : vitals_text(vitals));
        } else {
            DIM_TRY(const auto entries, module.event_log());
            std::cout << (context.json ? event_log_json(entries) : event_log_text(entries));
        }
        return {};
    };
}

}  // namespace dim::tool
