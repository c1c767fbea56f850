#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "tools/command.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// Arguments that name components, as one range: the daemon and the library take a single text.
/// {"s01", "-s01c1b03"} is "s01,-s01c1b03". Failures: usage for what is no range in any cluster.
Outcome<std::string> parse_ranges(std::span<const std::string> ranges);

/// What the daemon would answer, as far as DEFINITION tells. Errors: those of
/// cluster::select_range; invalid_input for an unknown role.
Result<api::NameList> select_components(const cluster::Definition& definition,
                                        const api::NameQuery& query);

/// The same on the definition of --cluster, or asked from the daemon. Failures: also usage for
/// image= and state= with --cluster: only the daemon knows them.
Outcome<api::NameList> query_components(const Context& context, const api::NameQuery& query);

/// The blades that RANGES name, of DEFINITION, which --cluster or the daemon gave; of any server,
/// in the order of the cluster. Failures: those of query_components; not_found for what is no
/// blade.
Outcome<std::vector<const cluster::Blade*>> blades_in_range(const Context& context,
                                                            const cluster::Definition& definition,
                                                            std::span<const std::string> ranges);

/// "s01c[1-4]b[01-14]". Errors: not_found for a name that the definition does not have.
Result<std::string> fold_component_names(const cluster::Definition& definition,
                                         std::span<const model::ComponentName> names);

}  // namespace dim::tool
