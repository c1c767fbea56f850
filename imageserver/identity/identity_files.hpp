#pragma once

#include "libdim/base/result.hpp"
#include "libdim/tls/authority.hpp"

#include <optional>
#include <string>

/// The files of an Identity, changed so that kill -9 leaves whole pairs of key and certificate.
namespace dim::server::identity_files {

/// False when the directory is missing or empty.
Result<bool> exist(const std::string& directory);

/// Makes the directory with all four files, or nothing.
Result<void> create(const std::string& directory, const tls::Authority& authority,
                    const tls::Identity& server);

/// Finishes what a killed replace_server left, and corrects modes that give others access.
Result<void> recover(const std::string& directory);

/// Errors: invalid_input for damaged or missing files.
Result<tls::Authority> load_authority(const std::string& directory);
/// Nothing when neither the key nor the certificate is there.
Result<std::optional<tls::Identity>> load_server(const std::string& directory);

Result<void> replace_server(const std::string& directory, const tls::Identity& server);

}  // namespace dim::server::identity_files
