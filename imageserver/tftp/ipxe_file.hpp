#pragma once

#include "libdim/base/result.hpp"

#include <string>

namespace dim::server {

/// Puts iPXE for BIOS (Debian: package ipxe) where TFTP serves it, as DHCP names it; nothing is
/// written when it is there. Errors: not_found with the cure.
Result<void> provide_ipxe(const std::string& boot_directory,
                          const std::string& source = "/usr/lib/ipxe/undionly.kpxe");

}  // namespace dim::server
