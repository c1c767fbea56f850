#include "imageserver/dhcp/dhcpd_log.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using dim::server::DhcpEvent;
using dim::server::DhcpEventKind;

/// What was understood is found again in a line that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto event =
        dim::server::parse_dhcpd_line(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!event || event->kind != DhcpEventKind::request || !event->address) return 0;
    const std::string line = "DHCPREQUEST for " + to_string(*event->address) + " from " +
                             to_string(event->mac) + " via boot0";
    if (dim::server::parse_dhcpd_line(line) != event) std::abort();
    return 0;
}
