#include "tools/blade_selection.hpp"
#include "tools/cluster_macs.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

constexpr const char* kSource = "learn";

struct LearnArguments {
    std::string blade;
    std::string mac;
    bool is_to_forget = false;
};

/// Failures: usage for a MAC that is none, missing or too much.
Outcome<std::optional<model::MacAddress>> parse_mac(const LearnArguments& arguments) {
    if (arguments.is_to_forget != arguments.mac.empty())
        return wrong_usage(Error(ErrorCode::invalid_input, "either MAC or --forget")
                               .with_cure("dim blade learn s01c1b03 00:0d:60:1e:81:1a"));
    if (arguments.is_to_forget) return std::nullopt;
    DIM_TRY(const auto mac, from_word("MAC", model::MacAddress::parse(arguments.mac)));
    return mac;
}

Outcome<std::vector<api::MacChange>> changes_for(const ClusterMacs& macs,
                                                 const model::ComponentName& blade,
                                                 const std::optional<model::MacAddress>& mac) {
    if (!mac) return std::vector<api::MacChange>{{.blade = blade}};
    const Sightings said{{blade, {.macs = std::vector{*mac}}}};
    const auto findings = mac_difference(std::span(&blade, 1), macs.known(), said);
    if (findings.front().problem) return fail(*findings.front().problem);
    return changes_of(findings);
}

}  // namespace

Action blade_learn(CLI::App& app) {
    auto arguments = std::make_shared<LearnArguments>();
    app.add_option("BLADE", arguments->blade, "the blade: s01c1b01, b1")->required();
    app.add_option("MAC", arguments->mac, "of its port on the bootnet");
    app.add_flag("--forget", arguments->is_to_forget, "what was learned for it");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto mac, parse_mac(*arguments));
        DIM_TRY(const auto blades, BladeSelection{{arguments->blade}}.find(context));
        if (blades.size() != 1)
            return wrong_usage(Error(ErrorCode::invalid_input, "'" + arguments->blade + "' names " +
                                                                   std::to_string(blades.size()) +
                                                                   " blades")
                                   .with_cure("name one"));
        DIM_TRY(auto definition, load_cluster(context));
        DIM_TRY(const auto macs, ClusterMacs::ask(context, std::move(definition), blades));
        DIM_TRY(auto changes, changes_for(macs, blades.front(), mac));
        if (changes.empty()) {
            std::cout << to_string(*mac) << " is the MAC of " << to_string(blades.front())
                      << " already\n";
            return {};
        }
        DIM_TRY(const std::string done, macs.learn(context, kSource, std::move(changes)));
        std::cout << done << '\n';
        return {};
    };
}

}  // namespace dim::tool
