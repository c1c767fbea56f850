#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/explain.hpp"
#include "tools/cluster_macs.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/explanation_text.hpp"
#include "tools/output/mac_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

/// Adds the MAC that was learned, when NAME is a blade.
Outcome<> explain_learned(const Context& context, const ClusterText& text, const std::string& name,
                          std::vector<cluster::Explanation>& explanations) {
    DIM_TRY(auto definition, cluster::parse_cluster(text.xml, text.name));
    DIM_TRY(const auto position, definition.taxonomy.find(name));
    const cluster::Blade* found = cluster::find_component(definition, position).blade;
    if (found == nullptr) return {};
    const model::ComponentName blade = found->name;
    DIM_TRY(const auto macs,
            ClusterMacs::ask(context, std::move(definition), std::span(&blade, 1)));
    explain_mac(explanations, macs.mac_of(blade));
    return {};
}

}  // namespace

Action cluster_explain(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("NAME", *name, "one component: s01c1b01, b1, mm90")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_CHECK(from_word(model::ComponentName::parse(*name)));
        DIM_TRY(const auto text, read_cluster_text(context));
        DIM_TRY(auto explanations, cluster::explain_component(text.xml, text.name, *name));
        if (!context.cluster_file) DIM_CHECK(explain_learned(context, text, *name, explanations));
        std::cout << (context.json ? explanation_json(explanations) + '\n'
                                   : explanation_text(explanations));
        return {};
    };
}

}  // namespace dim::tool
