#include "libdim/render/name_list.hpp"
#include "tools/cluster_macs.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/component_query.hpp"
#include "tools/output/mac_text.hpp"
#include "tools/output/names_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct ClusterNamesArguments {
    std::vector<std::string> ranges;
    std::string role = "blade";
    bool is_linear = false;
    bool with_addresses = false;
    bool is_folded = false;
    bool with_macs = false;
};

/// Failures: usage for an option that JSON would ignore.
Outcome<> check_json(const Context& context, const ClusterNamesArguments& arguments) {
    if (!context.json) return {};
    if (arguments.is_folded) return contradiction("--fold and --json", "a range is one line");
    const char* const all = "JSON holds every name and address";
    if (arguments.is_linear) return contradiction("--linear and --json", all);
    if (arguments.with_addresses) return contradiction("--addresses and --json", all);
    return {};
}

Outcome<api::NameQuery> make_query(const ClusterNamesArguments& arguments) {
    DIM_TRY(std::string range, parse_ranges(arguments.ranges));
    api::NameQuery query{std::move(range), arguments.role};
    DIM_CHECK(from_word("--role", render::role_of(query)));
    return query;
}

Outcome<std::string> folded_text(const Context& context, const api::NameList& list) {
    std::vector<model::ComponentName> names;
    for (const api::NamedComponent& component : list.names)
        names.push_back(component.name);
    DIM_TRY(const auto definition, load_cluster(context));
    DIM_TRY(const std::string folded, fold_component_names(definition, names));
    return folded + '\n';
}

/// Of the blades among them: with --cluster as that says, without what was learned.
Outcome<std::string> with_macs(const Context& context, const api::NameList& list) {
    std::vector<model::ComponentName> blades;
    for (const api::NamedComponent& component : list.names)
        if (component.role == "blade") blades.push_back(component.name);
    DIM_TRY(auto definition, load_cluster(context));
    ClusterMacs macs(std::move(definition));
    if (!context.cluster_file) {
        DIM_TRY(macs, ClusterMacs::ask(context, macs.definition(), blades));
    }
    api::MacList told{.number = 0, .blades = {}};
    for (const model::ComponentName& blade : blades)
        told.blades.push_back(macs.mac_of(blade));
    return context.json ? to_json(told) + '\n' : macs_text(told.blades);
}

Outcome<std::string> text_of(const Context& context, const ClusterNamesArguments& arguments,
                             const api::NameList& list) {
    if (arguments.with_macs) return with_macs(context, list);
    if (context.json) return to_json(list) + '\n';
    if (arguments.is_folded) return folded_text(context, list);
    const auto style = arguments.is_linear ? NameStyle::linear : NameStyle::coordinate;
    return arguments.with_addresses ? addresses_text(list, style) : names_text(list, style);
}

}  // namespace

Action cluster_names(CLI::App& app) {
    auto arguments = std::make_shared<ClusterNamesArguments>();
    app.add_option("RANGE", arguments->ranges, "components: 's01c[1-4]', b1, 's01,-s01c1b03'")
        ->required();
    auto* const linear = app.add_flag("--linear", arguments->is_linear, "linear names: b1, mm90");
    auto* const addresses =
        app.add_flag("--addresses", arguments->with_addresses, "with every host name and address");
    auto* const fold =
        app.add_flag("--fold", arguments->is_folded, "as one range, as short as it goes");
    fold->excludes(linear)->excludes(addresses);
    app.add_flag("--macs", arguments->with_macs, "blades with their MACs, and who told them")
        ->excludes(linear)
        ->excludes(addresses)
        ->excludes(fold);
    app.add_option("--role", arguments->role,
                   "what a place such as s01 and 'all' stand for: blade, server, "
                   "management-module, other, any")
        ->capture_default_str();
    return [=](Context& context) -> Outcome<> {
        DIM_CHECK(check_json(context, *arguments));
        DIM_TRY(const auto query, make_query(*arguments));
        DIM_TRY(const auto list, query_components(context, query));
        DIM_TRY(const std::string text, text_of(context, *arguments, list));
        std::cout << text;
        return {};
    };
}

}  // namespace dim::tool
