#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "tools/command.hpp"

namespace dim::tool {

/// On a management node: whether BLADES are those of the image server here, where nobody said which
/// server to ask. Failures: what each server is to do, in Failure::shares, when they are not;
/// conflict for a server that has not joined the one here.
Outcome<> check_served_here(const Context& context, const api::NameList& blades);

}  // namespace dim::tool
