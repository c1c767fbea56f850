#pragma once

#include "libdim/base/result.hpp"

#include <string_view>

namespace dim::model {

/// Whether WORD, of a kernel command line, says which network to boot from: "dim.vlan=30",
/// "dim.bond=802.3ad" (initagent/README.md).
bool is_network_word(std::string_view word);

/// Whether the agent can follow WORD, if it is one of these. It could not tell the server: the
/// network would be the wrong one. Errors: invalid_input.
Result<void> check_network_word(std::string_view word);

}  // namespace dim::model
