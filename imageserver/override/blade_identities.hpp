#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/names.hpp"
#include "libdim/tls/secret_text.hpp"

#include <array>
#include <mutex>
#include <string>
#include <vector>

namespace dim::server {

/// Tables of blade_identity and override_file.
extern const Migration kOverrideMigration;

/// What a blade is known by, whichever image it runs from and however often that is made anew. Made
/// when it is first asked for. Any thread may call; making keys takes seconds.
class BladeIdentities {
public:
    /// Host keys are below KEYS_DIRECTORY (mode 0700), a directory for each blade. DATABASE
    /// outlives this.
    BladeIdentities(std::string keys_directory, Database& database)
        : keys_directory_(std::move(keys_directory)), database_(database) {}

    /// 32 hexadecimal digits, a random UUID (machine-id(5)).
    Result<std::string> machine_id(const model::ComponentName& blade);

    struct KeyFile {
        std::string name;  ///< "ssh_host_rsa_key", "ssh_host_rsa_key.pub"
        tls::SecretText bytes;
        bool is_secret;
    };
    /// ed25519, ECDSA and RSA. None when the server has no ssh-keygen. Errors: io.
    Result<std::vector<KeyFile>> ssh_host_keys(const model::ComponentName& blade);

private:
    Result<bool> make_keys(const model::ComponentName& blade, const std::string& directory);

    std::string keys_directory_;
    Database& database_;
    /// Keys of one blade are made once; of others at the same time.
    std::array<std::mutex, 16> making_;
};

}  // namespace dim::server
