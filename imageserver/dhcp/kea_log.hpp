#pragma once

#include "imageserver/dhcp/dhcp_event.hpp"

#include <string>

namespace dim::server {

/// Understands the log of kea-dhcp4 2.2, written with the loggers that
/// render_kea_configuration asks for, line after line.
class KeaLogReader {
public:
    /// What LINE says about one client; nothing for any other line.
    std::optional<DhcpEvent> parse(std::string_view line);

private:
    struct Asked {
        std::string transaction;
        model::MacAddress mac;
    };
    /// Kea's note that it dropped a packet has no MAC, only its transaction.
    std::optional<Asked> last_;
};

}  // namespace dim::server
