#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/error.hpp"

#include <compare>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// In what a blade's boot file differs from that of its image.
struct BootFileVariant {
    std::vector<std::string> drivers = {};    ///< more of them, sorted
    std::vector<std::string> console = {};    ///< "ttyS1,115200", in place of the image's
    std::vector<std::string> arguments = {};  ///< behind the command line

    auto operator<=>(const BootFileVariant&) const = default;
};

/// Beside a boot file, for platforms of the cluster definition with more drivers.
struct PlatformBootFile {
    std::vector<std::string> drivers;  ///< sorted
    std::string path;

    bool operator==(const PlatformBootFile&) const = default;
};

struct RenewedBootFiles {
    std::vector<api::BootFile> made = {};
    /// Why a generation has none with its kernel, that of the newest such; one stops no other.
    std::optional<Error> failure = {};
};

struct CompletedBootFiles {
    std::vector<PlatformBootFile> made = {};
    std::optional<Error> failure = {};  ///< the first; one stops no other
};

}  // namespace dim::server
