#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "tools/command.hpp"

#include <string>

namespace dim::tool {

enum class ProposalEnd {
    apply,
    show_difference,  ///< --dry-run
};

/// To bring the definition in a file into force. Errors: those of reading it.
Result<api::ClusterProposal> propose_file(const std::string& path);

/// Shows what PROPOSAL would change; then, once that many blades are confirmed, has the daemon
/// carry it out, unless another definition came into force meanwhile; on a management node, on all
/// image servers (propose_to_all). Failures: those of confirm()
/// and the daemon.
Outcome<> propose(const Context& context, api::ClusterProposal proposal, ProposalEnd end);

/// The newest revision that was in force before the one that is, and whose text differs from it.
/// Errors: not_found.
Result<std::uint32_t> previous_revision(const api::ClusterRevisionList& list);

}  // namespace dim::tool
