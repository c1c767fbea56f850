#include "libdim/base/parse_number.hpp"
#include "tools/cluster_proposal.hpp"
#include "tools/commands/commands.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

/// The one that is asked for, or else the one before that in force.
Outcome<std::uint32_t> target_revision(const Context& context,
                                       const std::optional<std::string>& text) {
    if (text) return from_word("REVISION", parse_number<std::uint32_t>(*text));
    DIM_TRY(const auto list, context.client.get<api::ClusterRevisionList>("/v1/cluster/revisions"));
    return previous_revision(list);
}

}  // namespace

Action cluster_rollback(CLI::App& app) {
    struct ClusterRollbackArguments {
        std::optional<std::string> revision;
        bool is_trial = false;
    };
    auto arguments = std::make_shared<ClusterRollbackArguments>();
    app.add_option("REVISION", arguments->revision,
                   "the revision to go back to; the one before unless given");
    app.add_flag("-n,--dry-run", arguments->is_trial, "only show what it would change");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const std::uint32_t number, target_revision(context, arguments->revision));
        return propose(context, {.revision = number},
                       arguments->is_trial ? ProposalEnd::show_difference : ProposalEnd::apply);
    };
}

}  // namespace dim::tool
