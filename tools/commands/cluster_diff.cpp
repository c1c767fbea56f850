#include "libdim/cluster/definition/difference.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "tools/cluster_proposal.hpp"
#include "tools/cluster_source.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/difference_text.hpp"

#include <iostream>

namespace dim::tool {

Action cluster_diff(CLI::App& app) {
    auto file = std::make_shared<std::string>();
    app.add_option("FILE", *file, "the new cluster definition")->required();
    return [=](Context& context) -> Result<void> {
        if (!context.cluster_file) {
            DIM_TRY(auto proposal, propose_file(*file));
            return propose(context, std::move(proposal), ProposalEnd::show_difference);
        }
        DIM_TRY(const auto before, load_cluster(context));
        DIM_TRY(const auto text, read_cluster_file(*file));
        DIM_TRY(const auto after, cluster::parse_cluster(text.xml, text.name));
        const auto message = to_message(cluster::difference(before, after));
        std::cout << (context.json ? to_json(message) + '\n' : difference_text(message));
        return {};
    };
}

}  // namespace dim::tool
