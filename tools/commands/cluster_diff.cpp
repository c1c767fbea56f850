#include "libdim/cluster/definition/difference.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "tools/cluster_proposal.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/global_options.hpp"
#include "tools/output/difference_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

Result<cluster::Definition> read_definition(const std::string& path) {
    DIM_TRY(const auto text, read_cluster_file(path));
    return cluster::parse_cluster(text.xml, text.name);
}

/// Without a daemon, which so is not asked what it would reload.
Outcome<> compare(const Context& context, const std::string& old_file,
                  const std::string& new_file) {
    DIM_TRY(const auto before, read_definition(old_file));
    DIM_TRY(const auto after, read_definition(new_file));
    const auto message = to_message(cluster::difference(before, after));
    std::cout << (context.json ? to_json(message) + '\n' : difference_text(message));
    return {};
}

}  // namespace

Action cluster_diff(CLI::App& app) {
    auto files = std::make_shared<std::vector<std::string>>();
    app.add_option("FILE", *files, "the new definition; before it the old one, unless in force")
        ->required()
        ->expected(1, 2);
    return [=](Context& context) -> Outcome<> {
        if (files->size() == 2) {
            if (context.cluster_file) {
                return contradiction("OLD and --cluster", "both say what to compare with");
            }
            DIM_CHECK(check_no_daemon_named(context.names_daemon, "two files"));
            return compare(context, files->front(), files->back());
        }
        if (context.cluster_file) return compare(context, *context.cluster_file, files->front());
        DIM_TRY(auto proposal, propose_file(files->front()));
        return propose(context, std::move(proposal), ProposalEnd::show_difference);
    };
}

}  // namespace dim::tool
