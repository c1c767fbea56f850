#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace dim::render {

/// A zone as a master file (RFC 1035, section 5).
struct DnsZone {
    std::string name;  ///< "demo.cluster", "1.10.in-addr.arpa"
    std::string text;
    bool operator==(const DnsZone&) const = default;
};

/// The cluster's domain: A and AAAA of every host_addresses(), CNAME of linear names. NAME_SERVER:
/// the image server that answers. SERIAL: of the SOA record (RFC 1982), which must grow with every
/// change.
DnsZone render_forward_zone(const cluster::Definition& definition,
                            const model::ComponentName& name_server, std::uint32_t serial);

/// PTR records. A network's addresses are in the zones of the next longer whole octet (IPv4) or
/// nibble (IPv6) of its prefix; only zones with a host. Sorted by name.
std::vector<DnsZone> render_reverse_zones(const cluster::Definition& definition,
                                          const model::ComponentName& name_server,
                                          std::uint32_t serial);

/// A line for each address: address, full host name, host name, linear name (hosts(5)).
std::string render_hosts_file(const cluster::Definition& definition);

}  // namespace dim::render
