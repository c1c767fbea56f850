#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/sync_messages.hpp"
#include "tools/command.hpp"

#include <optional>
#include <vector>

/// Bringing blade images up to date on all image servers from the management node, where nobody
/// said which server to ask; elsewhere on the one that is asked.
namespace dim::tool {

/// The blades that have an image.
struct ImageHolders {
    std::vector<model::ComponentName> blades;
    bool is_whole_cluster = false;          ///< more servers than the one here were asked
    std::optional<Failure> unreached = {};  ///< of the first server that did not answer
};
Outcome<ImageHolders> holders_of(const Context& context, const model::ImageName& image);

/// What every server that answers says of its blades. Failures: that of the server here.
Outcome<std::vector<api::BladeStatus>> blade_states(const Context& context);

/// Has each server do its share of REQUEST, all at once. A server's failure is told as that of its
/// blades. Failures: those of the server here; conflict for blades of a server that has not joined.
Outcome<api::SyncReport> sync_everywhere(const Context& context, const api::SyncImage& request);

}  // namespace dim::tool
