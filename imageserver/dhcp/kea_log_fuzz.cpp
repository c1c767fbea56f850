#include "imageserver/dhcp/kea_log.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using dim::server::DhcpEvent;
using dim::server::DhcpEventKind;
using dim::server::KeaLogReader;

/// Whatever came before, what was understood is found again in a line that says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view lines(reinterpret_cast<const char*>(data), size);
    KeaLogReader reader;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        const auto event = reader.parse(lines.substr(0, end));
        lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
        if (!event || event->kind != DhcpEventKind::offer || !event->address) continue;
        const std::string line =
            "2026-11-20 17:00:30.610 INFO  [kea-dhcp4.leases/1.2] DHCP4_LEASE_ADVERT [hwtype=1 " +
            to_string(event->mac) + "], cid=[no info], tid=0x1: lease " +
            to_string(*event->address) + " will be advertised";
        if (reader.parse(line) != event) std::abort();
    }
    return 0;
}
