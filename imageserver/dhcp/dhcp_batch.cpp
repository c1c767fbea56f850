#include "imageserver/dhcp/dhcp_batch.hpp"

#include <utility>

namespace dim::server {

void DhcpBatch::add(const DhcpEvent& event) {
    if (event.kind == DhcpEventKind::unknown_mac) {
        ++unknown_macs_[event.mac];
        return;
    }
    Client& client = clients_[event.mac];
    if (event.kind == DhcpEventKind::discover && !client.has_asked)
        client = {.has_asked = true, .kinds = {}};
    const auto kind = static_cast<std::size_t>(std::to_underlying(event.kind));
    if (client.kinds.test(kind)) return;
    client.kinds.set(kind);
    events_.push_back(event);
}

}  // namespace dim::server
