#pragma once

#include "libdim/sys/fd.hpp"

namespace dim::sys {

/// Becomes readable when a network interface appears, goes or changes its state (RTNLGRP_LINK);
/// non-blocking.
Result<Fd> link_events();

/// Forgets the events that have come; what they were about is to be looked up anew.
void discard_events(int events);

}  // namespace dim::sys
