#include "libdim/render/dns_zones.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace dim::render {

namespace {

constexpr std::size_t kOctetsOfAZone = 3;    ///< at most: a zone of one address is none
constexpr std::size_t kNibblesOfAZone = 31;  ///< at most

using model::Ipv4Address;
using model::Ipv6Address;

/// The linear name of the component that HOST is the first interface of; nothing for other
/// interfaces and where the linear name is the host's own.
std::optional<std::string> linear_name(const cluster::Taxonomy& taxonomy,
                                       const cluster::HostAddress& host) {
    if (host.position.kind >= taxonomy.kinds().size()) return std::nullopt;
    if (taxonomy.name(host.position) != host.host) return std::nullopt;
    std::string linear = taxonomy.linear_name(host.position);
    if (linear == host.host) return std::nullopt;
    return linear;
}

/// The parts of an address as reverse zones name them, the most significant first.
std::vector<std::string> octets(Ipv4Address address) {
    std::vector<std::string> parts;
    for (int shift = 24; shift >= 0; shift -= 8)
        parts.push_back(std::to_string(address.value() >> shift & 0xff));
    return parts;
}

std::vector<std::string> nibbles(const Ipv6Address& address) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::vector<std::string> parts;
    for (const std::uint8_t byte : address.bytes()) {
        parts.emplace_back(1, kDigits[byte >> 4]);
        parts.emplace_back(1, kDigits[byte & 0xf]);
    }
    return parts;
}

/// Parts FIRST to LAST, the last one first: "11.0" of 10.1.0.11.
std::string reversed(const std::vector<std::string>& parts, std::size_t first, std::size_t last) {
    std::string text;
    for (std::size_t at = last; at > first; --at)
        text.append(text.empty() ? "" : ".").append(parts[at - 1]);
    return text;
}

class Zones {
public:
    /// FQDN: of the server that answers.
    Zones(std::string_view domain, const model::ComponentName& name_server, std::uint32_t serial)
        : domain_(domain), server_(to_string(name_server) + "." + domain_ + ".") {
        head_ = "$TTL 3600\n@ SOA " + server_ + " hostmaster." + domain_ + ". " +
                std::to_string(serial) + " 3600 600 604800 600\n@ NS " + server_ + "\n";
    }
    const std::string& head() const { return head_; }

    void add_pointer(const std::vector<std::string>& address, std::size_t zone_parts,
                     std::string_view suffix, std::string_view host) {
        const std::string name = reversed(address, 0, zone_parts) + std::string(suffix);
        auto [zone, is_new] = zones_.try_emplace(name);
        if (is_new) zone->second = head_;
        zone->second.append(reversed(address, zone_parts, address.size()))
            .append(" PTR ")
            .append(host)
            .append(".")
            .append(domain_)
            .append(".\n");
    }

    std::vector<DnsZone> take() {
        std::vector<DnsZone> zones;
        for (auto& [name, text] : zones_)
            zones.push_back({name, std::move(text)});
        return zones;
    }

private:
    std::string domain_;
    std::string server_;
    std::string head_;
    std::map<std::string, std::string> zones_;
};

/// How many whole parts of BITS a network's zones have.
std::size_t zone_parts(int prefix_length, int bits, std::size_t most) {
    return std::min(static_cast<std::size_t>((prefix_length + bits - 1) / bits), most);
}

std::map<std::string_view, const cluster::Network*>
networks_by_name(const cluster::Definition& definition) {
    std::map<std::string_view, const cluster::Network*> networks;
    for (const cluster::Network& network : definition.networks)
        networks.emplace(to_string(network.name), &network);
    return networks;
}

}  // namespace

DnsZone render_forward_zone(const cluster::Definition& definition,
                            const model::ComponentName& name_server, std::uint32_t serial) {
    DnsZone zone{.name = definition.domain,
                 .text = Zones(definition.domain, name_server, serial).head()};
    const std::vector<cluster::HostAddress> hosts = host_addresses(definition);
    std::unordered_set<std::string_view> names;
    for (const cluster::HostAddress& host : hosts)
        names.insert(host.host);
    for (const cluster::HostAddress& host : hosts) {
        zone.text.append(host.host).append(" A ").append(to_string(host.address)).append("\n");
        if (host.address6)
            zone.text.append(host.host)
                .append(" AAAA ")
                .append(to_string(*host.address6))
                .append("\n");
        const auto linear = linear_name(definition.taxonomy, host);
        // A name with an address cannot be another's alias (RFC 1034, section 3.6.2).
        if (linear && !names.contains(*linear))
            zone.text.append(*linear).append(" CNAME ").append(host.host).append("\n");
    }
    return zone;
}

std::vector<DnsZone> render_reverse_zones(const cluster::Definition& definition,
                                          const model::ComponentName& name_server,
                                          std::uint32_t serial) {
    Zones zones(definition.domain, name_server, serial);
    const auto networks = networks_by_name(definition);
    for (const cluster::HostAddress& host : host_addresses(definition)) {
        const auto found = networks.find(to_string(host.network));
        if (found == networks.end()) continue;
        const cluster::Network& network = *found->second;
        zones.add_pointer(octets(host.address),
                          zone_parts(network.network.prefix_length(), 8, kOctetsOfAZone),
                          ".in-addr.arpa", host.host);
        if (host.address6 && network.network6)
            zones.add_pointer(nibbles(*host.address6),
                              zone_parts(network.network6->prefix_length(), 4, kNibblesOfAZone),
                              ".ip6.arpa", host.host);
    }
    return zones.take();
}

std::string render_hosts_file(const cluster::Definition& definition) {
    std::string text;
    for (const cluster::HostAddress& host : host_addresses(definition)) {
        std::string names = " " + host.host;
        if (!definition.domain.empty()) names.insert(0, " " + host.host + "." + definition.domain);
        if (const auto linear = linear_name(definition.taxonomy, host))
            names.append(" ").append(*linear);
        text.append(to_string(host.address)).append(names).append("\n");
        if (host.address6) text.append(to_string(*host.address6)).append(names).append("\n");
    }
    return text;
}

}  // namespace dim::render
