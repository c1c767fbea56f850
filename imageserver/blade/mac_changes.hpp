#pragma once

#include "imageserver/blade/learned_macs.hpp"
#include "imageserver/blade/roster.hpp"
#include "libdim/api/mac_messages.hpp"
#include "libdim/base/result.hpp"

#include <vector>

namespace dim::server {

/// What was learned once REQUEST is carried out on ROSTER; pure. All changes count together, so two
/// blades can be exchanged. A MAC that was learned and is not in force, since the definition has
/// another or knows no such blade any more, is taken from there. Errors: not_found for what is no
/// blade of ours, or to be forgotten and was not learned; invalid_input for a blade that is named
/// twice and for a source that is no word; conflict for a blade whose MAC the definition gives, and
/// for a MAC that another blade has.
Result<LearnedByBlade> with_changes(const Roster& roster, const api::LearnMacs& request,
                                    model::Timestamp now);

/// What is told of the MACs of ROSTER's blades.
std::vector<api::BladeMac> blade_macs(const Roster& roster);

}  // namespace dim::server
