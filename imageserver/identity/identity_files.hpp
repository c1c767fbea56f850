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

/// Puts what was committed into its place, removes what was not, and corrects modes that give
/// others access.
Result<void> recover(const std::string& directory);

/// The one that is in force, or will be after recover(). Errors: invalid_input for damaged or
/// missing files.
Result<tls::Authority> load_authority(const std::string& directory);
/// Nothing when the authority is not being replaced. Errors: invalid_input.
Result<std::optional<tls::Authority>> load_next(const std::string& directory);
/// Nothing when neither the key nor the certificate is there.
Result<std::optional<tls::Identity>> load_server(const std::string& directory);

/// From here on SERVER is in force, also after kill -9; recover() puts it into its place.
Result<void> commit_server(const std::string& directory, const tls::Identity& server);
/// The same for a new authority and the server's certificate by it.
Result<void> commit_all(const std::string& directory, const tls::Authority& next,
                        const tls::Identity& server);
/// Keeps a successor of the authority beside it.
Result<void> store_next(const std::string& directory, const tls::Authority& next);

}  // namespace dim::server::identity_files
