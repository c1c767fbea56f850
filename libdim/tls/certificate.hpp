#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::tls {

/// What a certificate says. Not part of the agent.
struct CertificateInfo {
    std::string common_name;
    std::int64_t not_before = 0;  ///< seconds since 1970
    std::int64_t not_after = 0;
    std::vector<std::string> dns_names;
    std::vector<std::uint32_t> addresses;  ///< host byte order
    std::string fingerprint;               ///< SHA-256, lower-case hexadecimal
    bool is_authority = false;
};

/// Reads the first certificate of a PEM text. Errors: invalid_input.
Result<CertificateInfo> describe_certificate(std::string_view pem);

/// Whether the authority signed the certificate, at whatever time. Errors: invalid_input for what
/// is no certificate.
Result<bool> is_issued_by(std::string_view certificate_pem, std::string_view authority_pem);

}  // namespace dim::tls
