#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/global_options.hpp"
#include "tools/output/cluster_summary.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

Outcome<cluster::Definition> definition_to_check(const Context& context,
                                                 const std::optional<std::string>& file) {
    if (!file) return load_cluster(context);
    if (context.cluster_file) return contradiction("FILE and --cluster", "both say what to check");
    DIM_CHECK(check_no_daemon_named(context.names_daemon, "FILE"));
    DIM_TRY(const auto text, read_cluster_file(*file));
    return cluster::parse_cluster(text.xml, text.name);
}

}  // namespace

Action cluster_check(CLI::App& app) {
    auto file = std::make_shared<std::optional<std::string>>();
    app.add_option("FILE", *file, "the definition; unless given, the one in force");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto definition, definition_to_check(context, *file));
        const ClusterSummary summary = summarize(definition);
        std::cout << (context.json ? to_json(summary) + '\n' : to_text(summary));
        return {};
    };
}

}  // namespace dim::tool
