#pragma once

#include "libdim/base/result.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/fd.hpp"

namespace dim::server {

/// Carries bytes between LOCAL, a connected socket that does not block, and PEER, until one of them
/// ends, or STOP can be read. Errors: those of either.
Result<void> relay(const sys::Fd& local, http::TlsStream& peer, const sys::Fd& stop);

}  // namespace dim::server
