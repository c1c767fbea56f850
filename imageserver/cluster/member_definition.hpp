#pragma once

#include "imageserver/peer/member_request.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::server {

/// The cluster definition of a member. Calls block.
class MemberDefinition {
public:
    /// What came of a change there.
    struct Change {
        bool is_done = false;
        bool is_refused = false;  ///< neither: it did not answer, and perhaps has done it
        std::optional<Error> problem = {};
    };
    /// MEMBERSHIP outlives this.
    MemberDefinition(Membership& membership, model::ComponentName server)
        : membership_(membership), server_(std::move(server)) {}

    const model::ComponentName& server() const { return server_; }
    /// The one in force there, without its XML.
    Result<api::ClusterRevision> current() const;
    Change change(const api::ClusterProposal& proposal) const;

private:
    Membership& membership_;
    model::ComponentName server_;
};

}  // namespace dim::server
