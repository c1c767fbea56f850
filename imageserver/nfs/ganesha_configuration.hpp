#pragma once

#include "libdim/base/result.hpp"
#include "libdim/model/ipv4.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace dim::server {

enum class ExportAccess { read_only, read_write };

/// One EXPORT block.
struct GaneshaExport {
    std::uint16_t id = 0;  ///< part of every file handle: the same path keeps it for ever
    std::string source;    ///< directory on the server
    std::string path;      ///< as clients name it
    std::string client;    ///< address or network; nobody else sees that it exists
    ExportAccess access = ExportAccess::read_only;

    bool operator==(const GaneshaExport&) const = default;
};

/// The configuration of an NFS-Ganesha that serves NFSv4 over TCP alone, without rpcbind and D-Bus.
/// Errors: invalid_input for a path that the configuration language cannot hold.
Result<std::string> render_ganesha_configuration(model::Ipv4Address address,
                                                 const std::string& recovery_directory,
                                                 std::span<const GaneshaExport> exports);

}  // namespace dim::server
