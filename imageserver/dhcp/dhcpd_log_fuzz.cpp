#include "imageserver/dhcp/dhcpd_log.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using dim::server::DhcpEvent;
using dim::server::DhcpEventKind;

namespace {
dim::testing::Goal requests("a request, read again from a line that says the same");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"discover", "DHCPDISCOVER from 52:54:00:01:01:01 via boot0"},
            {"offer", "DHCPOFFER on 10.1.0.11 to 52:54:00:01:01:01 via boot0"},
            {"request", "DHCPREQUEST for 10.1.0.11 (10.1.0.1) from 52:54:00:01:01:01 via boot0"},
            {"wrong-firmware", "dim-wrong-firmware 52:54:00:01:01:01 11"},
            {"host-name", "DHCPREQUEST for 10.1.0.11 from 52:54:00:01:01:01 "
                          "(x: unknown client from 52:54:00:09:09:09) via boot0"},
            {"acknowledge", "DHCPACK on 10.1.0.11 to 52:54:00:01:01:01 (s01c1b01) via boot0"}};
}

/// What was understood is found again in a line that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto event =
        dim::server::parse_dhcpd_line(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!event || event->kind != DhcpEventKind::request || !event->address) return 0;
    const std::string line = "DHCPREQUEST for " + to_string(*event->address) + " from " +
                             to_string(event->mac) + " via boot0";
    if (dim::server::parse_dhcpd_line(line) != event) std::abort();
    requests.reach();
    return 0;
}
