#pragma once

#include "libdim/base/error.hpp"
#include "libdim/sys/file_owner.hpp"
#include "libdim/tls/secret_text.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace dim::server {

/// A file or directory as it shall be in a blade's root, and which rule says so.
struct WantedFile {
    enum class Kind { file, directory };

    Kind kind = Kind::file;
    std::string path;                          ///< "etc/motd"
    std::string rule;                          ///< "built-in hosts", "group/gpu/etc/motd"
    std::vector<std::string> instead_of = {};  ///< rules of the same path that are weaker
    tls::SecretText bytes = {};
    mode_t mode = 0644;
    sys::FileOwner owner = {};
    std::optional<Error> problem = {};  ///< why nobody can say what it should be

    /// What others may not read is not shown either.
    bool is_secret() const { return kind == Kind::file && (mode & 077) == 0; }
};

/// A rule that writes nothing for this blade, and why.
struct IdleRule {
    std::string rule;
    std::string reason;
};

struct WantedFiles {
    std::vector<WantedFile> files = {};
    std::vector<IdleRule> idle = {};
};

}  // namespace dim::server
