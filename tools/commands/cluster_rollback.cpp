#include "tools/cluster_proposal.hpp"
#include "tools/commands/commands.hpp"

namespace dim::tool {

Action cluster_rollback(CLI::App& app) {
    struct Arguments {
        std::optional<std::uint32_t> revision;
        bool is_trial = false;
    };
    auto arguments = std::make_shared<Arguments>();
    app.add_option("REVISION", arguments->revision,
                   "the revision to go back to; the one before unless given");
    app.add_flag("-n,--dry-run", arguments->is_trial, "only show what it would change");
    return [=](Context& context) -> Result<void> {
        std::optional<std::uint32_t> number = arguments->revision;
        if (!number) {
            DIM_TRY(const auto list,
                    context.client.get<api::ClusterRevisionList>("/v1/cluster/revisions"));
            DIM_TRY(number, previous_revision(list));
        }
        return propose(context, {.xml = {}, .file_name = {}, .revision = number, .base = {}},
                       arguments->is_trial ? ProposalEnd::show_difference : ProposalEnd::apply);
    };
}

}  // namespace dim::tool
