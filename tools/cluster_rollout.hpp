#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "tools/cluster_proposal.hpp"
#include "tools/named_server.hpp"

#include <span>

namespace dim::tool {

/// As propose(), for the management node and its members: each says what PROPOSAL would change
/// there, and one question is asked for all. Failures: also what the first says that refuses it;
/// who does not answer is told of and left behind.
Outcome<> propose_to_all(const Context& context, std::span<const NamedServer> servers,
                         const api::ClusterProposal& proposal, ProposalEnd end);

}  // namespace dim::tool
