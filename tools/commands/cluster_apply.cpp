#include "tools/cluster_proposal.hpp"
#include "tools/commands/commands.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

Action cluster_apply(CLI::App& app) {
    struct ClusterApplyArguments {
        std::string file;
        bool is_trial = false;
    };
    auto arguments = std::make_shared<ClusterApplyArguments>();
    app.add_option("FILE", arguments->file, "the new cluster definition")->required();
    app.add_flag("-n,--dry-run", arguments->is_trial, "only show what it would change");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto proposal, propose_file(arguments->file));
        return propose(context, std::move(proposal),
                       arguments->is_trial ? ProposalEnd::show_difference : ProposalEnd::apply);
    };
}

}  // namespace dim::tool
