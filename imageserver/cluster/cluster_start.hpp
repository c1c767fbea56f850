#pragma once

#include "imageserver/cluster/cluster_revisions.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <functional>
#include <optional>
#include <string>

namespace dim::server {

/// What is in force when the daemon starts.
struct ClusterStart {
    cluster::Definition definition;
    std::uint32_t revision;
    /// Why it is not what the file says; with a cure.
    std::optional<Error> problem;
};

/// The file decides. When its text is known, that revision is in force, also one that a killed
/// predecessor was about to apply; any other text is a new revision. When it cannot be read, or
/// CHECK refuses what it says, the revision that was in force stays. Errors: those of the file
/// when no revision was ever in force.
Result<ClusterStart>
start_cluster(ClusterRevisions& revisions, const std::string& file,
              const std::function<Result<void>(const cluster::Definition&)>& check,
              model::Timestamp now);

/// The number of a text that is about to come into force: that of a revision with the very same
/// text, else a new, pending one.
Result<std::uint32_t> number_of_edited(ClusterRevisions& revisions, std::string_view xml,
                                       const std::string& file, std::size_t blades,
                                       model::Timestamp now);

}  // namespace dim::server
