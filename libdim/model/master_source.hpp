#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::model {

/// Where an image is captured from, the SOURCE of `dim image import`: an absolute path on the image
/// server (a directory, a tar file, an OCI image), or a running machine.
class MasterSource {
public:
    /// "ssh://[USER@]HOST[:PORT][/PATH]"
    struct Remote {
        std::string user;                   ///< empty: what ssh's own configuration says
        std::string host;                   ///< a name, or an address without brackets
        std::optional<std::uint16_t> port;  ///< absent: what ssh's own configuration says
        std::string path;                   ///< absolute: "/"

        bool operator==(const Remote&) const = default;
    };

    /// Errors: invalid_input with the cure, limit_exceeded. No word of it can be taken for an
    /// option of ssh.
    static Result<MasterSource> parse(std::string_view text);

    const std::optional<Remote>& remote() const { return remote_; }
    /// On the server, or on the remote machine.
    const std::string& path() const { return remote_ ? remote_->path : path_; }

    bool operator==(const MasterSource&) const = default;

private:
    std::string path_;
    std::optional<Remote> remote_;
};

/// What parse() reads back to an equal source.
std::string to_string(const MasterSource& source);

}  // namespace dim::model
