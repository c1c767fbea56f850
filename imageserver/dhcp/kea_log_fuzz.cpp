#include "imageserver/dhcp/kea_log.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using dim::server::DhcpEvent;
using dim::server::DhcpEventKind;
using dim::server::KeaLogReader;

namespace {
dim::testing::Goal offers("an offer, read again from a line that says the same");
dim::testing::Goal unknown("a MAC that Kea does not know");
dim::testing::Goal wrong("firmware that is not its blade's");
}  // namespace

/// As Kea 2.2.0 writes them.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    const auto line = [](const std::string& logger, const std::string& message) {
        return "2026-11-20 16:58:57.186 DEBUG [kea-dhcp4." + logger + "/363.140574754132480] " +
               message + "\n";
    };
    const std::string about = " [hwtype=1 52:54:00:01:01:01], cid=[no info], tid=0x706dabf3: ";
    const std::string received = line(
        "packets", "DHCP4_PACKET_RECEIVED" + about +
                       "DHCPDISCOVER received from 0.0.0.0 to 255.255.255.255 on interface boot0");
    return {{"offer", received + line("leases", "DHCP4_LEASE_ADVERT" + about +
                                                    "lease 10.1.0.11 will be advertised")},
            {"dropped",
             received + line("packets",
                             "DHCP4_PACKET_DROP_0013 dropped as member of the special class 'DROP' "
                             "after host reservation lookup: local_address=255.255.255.255:67, "
                             "remote_address=0.0.0.0:68, msg_type=DHCPDISCOVER (1), "
                             "transid=0x706dabf3,")},
            {"wrong-firmware",
             received + line("packets",
                             "DHCP4_PACKET_DROP_0014 dropped as member of the special class 'DROP' "
                             "after early global host reservations lookup: "
                             "local_address=255.255.255.255:67, remote_address=0.0.0.0:68, "
                             "msg_type=DHCPDISCOVER (1), transid=0x706dabf3,")},
            {"acknowledged",
             line("leases", "DHCP4_LEASE_ALLOC" + about +
                                "lease 10.1.0.11 has been allocated for 3600 seconds")}};
}

/// Whatever came before, what was understood is found again in a line that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view lines(reinterpret_cast<const char*>(data), size);
    KeaLogReader reader;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        const auto event = reader.parse(lines.substr(0, end));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
        if (event && event->kind == DhcpEventKind::unknown_mac) unknown.reach();
        if (event && event->kind == DhcpEventKind::wrong_firmware) wrong.reach();
        if (!event || event->kind != DhcpEventKind::offer || !event->address) continue;
        const std::string line =
            "2026-11-20 17:00:30.610 INFO  [kea-dhcp4.leases/1.2] DHCP4_LEASE_ADVERT [hwtype=1 " +
            to_string(event->mac) + "], cid=[no info], tid=0x1: lease " +
            to_string(*event->address) + " will be advertised";
        if (reader.parse(line) != event) std::abort();
        offers.reach();
    }
    return 0;
}
