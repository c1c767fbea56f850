#pragma once

#include "imageserver/dhcp/kea_log.hpp"

namespace dim::server {

/// Understands the log of DhcpService, whichever of the two servers wrote a line; one reader
/// follows one log.
class DhcpLogReader {
public:
    /// What LINE says about one client; nothing for any other line.
    std::optional<DhcpEvent> parse(std::string_view line);

private:
    KeaLogReader kea_;
};

}  // namespace dim::server
