#include "tools/commands/commands.hpp"
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
};

constexpr std::array<std::string_view, 4> kQuestions{"info", "inventory", "vitals", "eventlog"};

/// The question, once the chassis before it is taken off.
Outcome<std::string> question_of(const std::vector<std::string>& words) {
    if (words.size() == 1 && std::ranges::count(kQuestions, words.front()) == 1)
        return words.front();
    return wrong_usage(Error(ErrorCode::invalid_input, "what is to be told of the chassis?")
                           .with_cure("one of: info, inventory, vitals, eventlog"));
}

Outcome<ModuleContactPoint> contact_of(const Context& context, const BcadminArguments& arguments,
                                       std::vector<std::string>& words) {
    words = arguments.words;
    if (arguments.access.address) return arguments.access.contact(context);
    const std::string chassis = words.front();
    words.erase(words.begin());
    DIM_CHECK(question_of(words));
    DIM_TRY(auto target, chassis_target(context, arguments.access, chassis));
    return std::move(target.contact);
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

}  // namespace

Action bcadmin(CLI::App& app) {
    auto arguments = std::make_shared<BcadminArguments>();
    arguments->access.add_options(app);
    app.add_option(
           "WORDS", arguments->words,
           "CHASSIS, by the name of its management module, unless --mm is given; then info: "
           "the chassis; inventory: all bays; vitals: temperatures and blowers; eventlog: "
           "newest first")
        ->required();
    return [=](Context& context) -> Outcome<> {
        std::vector<std::string> words;
        DIM_TRY(const auto contact, contact_of(context, *arguments, words));
        DIM_TRY(const std::string what, question_of(words));
        DIM_TRY(auto module, arguments->access.open(contact));
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
