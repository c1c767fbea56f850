#include "libdim/cluster/expansion/explain.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/explanation_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

Action cluster_explain(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("NAME", *name, "one component: s01c1b01, b1, mm90")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_CHECK(from_word(model::ComponentName::parse(*name)));
        DIM_TRY(const auto text, read_cluster_text(context));
        DIM_TRY(const auto explanations, cluster::explain_component(text.xml, text.name, *name));
        std::cout << (context.json ? explanation_json(explanations) + '\n'
                                   : explanation_text(explanations));
        return {};
    };
}

}  // namespace dim::tool
