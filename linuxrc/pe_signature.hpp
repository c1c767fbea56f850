#pragma once

#include "libdim/base/result.hpp"

#include <string>

namespace dim::linuxrc {

/// Who vouches for boot files: what an administrator enrolled in the firmware's db.
struct SecureBootKey {
    std::string key;          ///< PEM, private, RSA
    std::string certificate;  ///< PEM, of that key
};

/// PROGRAM, a PE32+ file without a signature, signed by KEY for UEFI Secure Boot ("Windows
/// Authenticode Portable Executable Signature Format"), as sbsign(1) does it; but by the same key
/// it is the same signature each time, since it tells the first second of the certificate in place
/// of the time. Errors: invalid_input when PROGRAM or KEY is damaged, or the certificate is of
/// another key.
Result<std::string> sign_pe(std::string program, const SecureBootKey& key);

}  // namespace dim::linuxrc
