#pragma once

#include "imageserver/blade/assignments.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_journal.hpp"
#include "libdim/api/cluster_messages.hpp"
#include "libdim/base/result.hpp"

namespace dim::server {

/// Finds the components of a range in the definition in force. Besides what the definition says of
/// them, blades of this server have the attributes "image", which is assigned to them, and "state",
/// and "mac" is theirs when it was learned, too. "all" are this server's blades.
class NameQuery {
public:
    /// The references outlive this.
    NameQuery(const Roster& roster, Assignments& assignments, BootJournal& log)
        : roster_(roster), assignments_(assignments), log_(log) {}

    /// At NOW. Errors: those of cluster::select_range; invalid_input for an unknown role.
    Result<api::NameList> find(const api::NameQuery& query, Moment now);

private:
    const Roster& roster_;
    Assignments& assignments_;
    BootJournal& log_;
};

}  // namespace dim::server
