#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/component_query.hpp"
#include "tools/output/names_text.hpp"

#include <iostream>

namespace dim::tool {

namespace {

struct Arguments {
    std::vector<std::string> ranges;
    std::string role = "blade";
    bool is_linear = false;
    bool with_addresses = false;
    bool is_folded = false;
};

Result<std::string> folded_text(const Context& context, const api::NameList& list) {
    std::vector<model::ComponentName> names;
    for (const api::NamedComponent& component : list.names)
        names.push_back(component.name);
    DIM_TRY(const auto definition, load_cluster(context));
    DIM_TRY(const std::string folded, fold_component_names(definition, names));
    return folded + '\n';
}

Result<std::string> text_of(const Context& context, const Arguments& arguments,
                            const api::NameList& list) {
    if (context.json) return to_json(list) + '\n';
    if (arguments.is_folded) return folded_text(context, list);
    const auto style = arguments.is_linear ? NameStyle::linear : NameStyle::coordinate;
    return arguments.with_addresses ? addresses_text(list, style) : names_text(list, style);
}

}  // namespace

Action cluster_names(CLI::App& app) {
    auto arguments = std::make_shared<Arguments>();
    app.add_option("RANGE", arguments->ranges, "components: 's01c[1-4]', b1, 's01,-s01c1b03'")
        ->required();
    auto* const linear = app.add_flag("--linear", arguments->is_linear, "linear names: b1, mm90");
    auto* const addresses =
        app.add_flag("--addresses", arguments->with_addresses, "with every host name and address");
    app.add_flag("--fold", arguments->is_folded, "as one range, as short as it goes")
        ->excludes(linear)
        ->excludes(addresses);
    app.add_option("--role", arguments->role,
                   "what a place such as s01 and 'all' stand for: blade, server, "
                   "management-module, other, any")
        ->capture_default_str();
    return [=](Context& context) -> Result<void> {
        DIM_TRY(const auto list,
                query_components(context, {join_ranges(arguments->ranges), arguments->role}));
        DIM_TRY(const std::string text, text_of(context, *arguments, list));
        std::cout << text;
        return {};
    };
}

}  // namespace dim::tool
