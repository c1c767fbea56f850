#include "libdim/cluster/expansion/definition_check.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace dim::cluster {

namespace {

constexpr std::size_t kKernelArgumentsLimit = 64;
constexpr std::uint8_t kNameServers = 6;  ///< DHCP option (RFC 2132, section 3.8)

/// Whether hosts have addresses in NETWORK: it is not that of "this host", multicast or reserved
/// (RFC 6890; the prefix has 8 bits at least). A trial on one machine may use loopback.
bool is_of_hosts(const model::Ipv4Network& network) {
    const std::uint32_t first = network.address().value() >> 24;
    return first != 0 && first < 224;
}

/// The same in IPv6, where the prefix has 16 bits at least: not unspecified, IPv4-mapped, of one
/// link or multicast (RFC 4291, section 2.4).
bool is_of_hosts(const model::Ipv6Network& network) {
    const auto bytes = network.address().bytes();
    const bool is_zero = bytes[0] == 0 && bytes[1] == 0;
    const bool is_of_a_link = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
    return !is_zero && !is_of_a_link && bytes[0] != 0xff;
}

/// Who has something, for the message about whoever wants it too.
struct Place {
    std::string_view what;  ///< "blade", "the router of network"
    const model::ComponentName* name;
    long line;

    std::string who() const { return std::string(what) + " " + to_string(*name); }
};

class Checker {
public:
    Checker(const Definition& definition, const DefinitionLines& lines, std::string_view file_name)
        : definition_(definition), lines_(lines), file_name_(file_name) {}

    Result<void> check() {
        if (definition_.networks.empty())
            return refuse(1, "no <network>", "define the bootnet: role=\"bootnet\"");
        if (definition_.servers.empty())
            return refuse(1, "no image server",
                          "define it: a <component role=\"server\"> that is not absent");
        DIM_CHECK(check_networks());
        DIM_CHECK(check_overlaps(&network_of, "addresses"));
        DIM_CHECK(check_overlaps(&network6_of, "IPv6 addresses"));
        for (std::size_t at = 0; at < definition_.servers.size(); ++at)
            DIM_CHECK(check_server(definition_.servers[at], lines_.servers[at]));
        DIM_CHECK(check_bootnets());
        for (std::size_t at = 0; at < definition_.blades.size(); ++at)
            DIM_CHECK(check_blade(definition_.blades[at], lines_.blades[at]));
        DIM_CHECK(check_kernel_arguments());
        for (std::size_t at = 0; at < definition_.components.size(); ++at)
            DIM_CHECK(check_component(definition_.components[at], lines_.components[at]));
        return {};
    }

private:
    std::unexpected<Error> refuse(long line, std::string text, std::string cure) const {
        return fail(
            Error(ErrorCode::invalid_input,
                  std::string(file_name_) + ":" + std::to_string(line) + ": " + std::move(text))
                .with_cure(std::move(cure)));
    }

    static std::string text_of(std::string_view name) { return std::string(name); }
    template <class Value>
    static std::string text_of(const Value& value) {
        return to_string(value);
    }

    /// Enters KEY in TAKEN; an error when somebody has it already.
    template <class Key>
    Result<void> claim(std::map<Key, Place>& taken, const Key& key, std::string_view what,
                       const Place& place) {
        const auto [entry, is_new] = taken.emplace(key, place);
        if (is_new) return {};
        return refuse(place.line,
                      place.who() + ": " + std::string(what) + " " + text_of(key) +
                          " is already that of " + entry->second.who() + " (line " +
                          std::to_string(entry->second.line) + ")",
                      "give each its own; no two may share one");
    }

    // -- networks

    Result<void> check_networks() {
        for (std::size_t at = 0; at < definition_.networks.size(); ++at) {
            const Network& network = definition_.networks[at];
            const long line = lines_.networks[at];
            DIM_CHECK(claim<std::string_view>(network_names_, to_string(network.name), "the name",
                                              {"network", &network.name, line}));
            networks_.emplace(to_string(network.name), &network);
            DIM_CHECK(check_hosts_can_be_in(network, network.network, line));
            if (network.network6)
                DIM_CHECK(check_hosts_can_be_in(network, *network.network6, line));
            if (definition_.services.dns != DnsBackend::none &&
                std::ranges::find(network.options, kNameServers, &DhcpOption::code) !=
                    network.options.end())
                return refuse(line,
                              "network " + to_string(network.name) +
                                  ": option 6, the name servers, is one that DIM sets itself "
                                  "where it runs them",
                              "remove the <option>, or set dns=\"none\"");
            if (network.router)
                DIM_CHECK(check_address(network, *network.router,
                                        {"the router of network", &network.name, line}));
        }
        return {};
    }

    Result<void> check_hosts_can_be_in(const Network& network, const auto& address,
                                       long line) const {
        if (is_of_hosts(address)) return {};
        return refuse(line,
                      "network " + to_string(network.name) + ": no host can have an address in " +
                          to_string(address),
                      "use private addresses, such as 10.1.0.0/16 or fd00:1::/64");
    }

    static std::optional<model::Ipv4Network> network_of(const Network& network) {
        return network.network;
    }
    static std::optional<model::Ipv6Network> network6_of(const Network& network) {
        return network.network6;
    }

    /// Networks are nested or apart; when two overlap, two neighbours in their order do.
    template <class Address>
    Result<void> check_overlaps(std::optional<Address> (*address_of)(const Network&),
                                std::string_view what) const {
        std::vector<std::pair<Address, Place>> sorted;
        for (std::size_t at = 0; at < definition_.networks.size(); ++at) {
            const Network& network = definition_.networks[at];
            if (const auto address = address_of(network))
                sorted.emplace_back(*address, Place{"network", &network.name, lines_.networks[at]});
        }
        std::ranges::sort(sorted, {}, [](const auto& entry) {
            return std::pair(entry.first, entry.second.line);
        });
        for (std::size_t at = 1; at < sorted.size(); ++at) {
            const auto& [outer, outer_place] = sorted[at - 1];
            const auto& [inner, inner_place] = sorted[at];
            if (!outer.contains(inner.address())) continue;
            const bool is_in_order = outer_place.line <= inner_place.line;
            const Place& first = is_in_order ? outer_place : inner_place;
            const Place& second = is_in_order ? inner_place : outer_place;
            return refuse(second.line,
                          second.who() + ": its " + std::string(what) + " overlap those of " +
                              first.who() + " (line " + std::to_string(first.line) + ")",
                          "choose networks without a common address");
        }
        return {};
    }

    Result<void> check_bootnets() const {
        for (std::size_t at = 0; at < definition_.networks.size(); ++at) {
            const Network& network = definition_.networks[at];
            if (network.role != NetworkRole::bootnet || bootnet_servers_.contains(&network))
                continue;
            return refuse(lines_.networks[at],
                          "network " + to_string(network.name) +
                              ": a bootnet without an image server",
                          "give a server an <interface> on it, or another role to the network");
        }
        return {};
    }

    // -- addresses

    Result<void> check_address(const Network& network, model::Ipv4Address address,
                               const Place& place) {
        if (!network.network.contains_host(address)) {
            return refuse(place.line,
                          place.who() + ": " + to_string(address) +
                              " is not the address of a host in network " +
                              to_string(network.name) + ", " + to_string(network.network),
                          "choose an address inside it, neither its first nor its last");
        }
        return claim(addresses_, address, "the address", place);
    }

    Result<void> check_address6(const Network& network, const model::Ipv6Address& address,
                                const Place& place) {
        if (!network.network6)
            return refuse(place.line,
                          place.who() + ": network " + to_string(network.name) +
                              " has no IPv6 addresses",
                          "give the <network> an address6=, or remove that of the interface");
        if (!network.network6->contains_host(address))
            return refuse(place.line,
                          place.who() + ": " + to_string(address) +
                              " is not the address of a host in network " +
                              to_string(network.name) + ", " + to_string(*network.network6),
                          "choose an address inside it, not its first");
        return claim(addresses6_, address, "the address", place);
    }

    /// Checks the interfaces of a component; its bootnet, or nullptr.
    template <class Interface>
    Result<const Network*>
    check_interfaces(const std::vector<Interface>& interfaces, Position position,
                     const DefinitionLines::Component& lines, const Place& owner) {
        const Network* bootnet = nullptr;
        std::set<const Network*> seen;
        for (std::size_t at = 0; at < interfaces.size(); ++at) {
            const Interface& interface = interfaces[at];
            const Place place{owner.what, owner.name, lines.interfaces[at]};
            const auto found = networks_.find(to_string(interface.network));
            if (found == networks_.end())
                return refuse(place.line,
                              place.who() + ": there is no network '" +
                                  to_string(interface.network) + "'",
                              "name one of the <network> elements, or add it");
            const Network& network = *found->second;
            if (!seen.insert(&network).second)
                return refuse(place.line,
                              place.who() + ": two interfaces on network " +
                                  to_string(network.name),
                              "remove one");
            DIM_CHECK(check_address(network, interface.address, place));
            if (interface.address6) DIM_CHECK(check_address6(network, *interface.address6, place));
            DIM_CHECK(check_host_name(at == 0 ? "" : network.suffix, position, place));
            if (network.role != NetworkRole::bootnet) continue;
            if (bootnet != nullptr)
                return refuse(place.line,
                              place.who() + ": interfaces on two bootnets, " +
                                  to_string(bootnet->name) + " and " + to_string(network.name),
                              "leave the one it boots over");
            bootnet = &network;
        }
        return bootnet;
    }

    Result<void> check_host_name(const std::string& suffix, Position position, const Place& place) {
        const std::string& host = host_names_.emplace_back(to_string(*place.name) + suffix);
        if (!model::ComponentName::parse(host))
            return refuse(place.line, place.who() + ": '" + host + "' is not a host name",
                          "choose a shorter suffix= of the network");
        if (!suffix.empty()) {
            const auto other = definition_.taxonomy.find(host);
            if (other && *other != position)
                return refuse(place.line,
                              place.who() + ": the name of its interface, " + host +
                                  ", is that of another component",
                              "choose another suffix= of the network");
        }
        return claim<std::string_view>(names_, host, "the host name", place);
    }

    // -- components

    std::unexpected<Error> refuse_without_bootnet(const Place& place) const {
        return refuse(place.line, place.who() + ": no interface on a bootnet",
                      "add an <interface> on a network with role=\"bootnet\"");
    }

    Result<void> check_server(const Server& server, const DefinitionLines::Component& lines) {
        const Place place{"server", &server.name, lines.line};
        DIM_TRY(const Network* bootnet,
                check_interfaces(server.interfaces, server.position, lines, place));
        std::map<DeviceName, Place> devices;
        for (std::size_t at = 0; at < server.interfaces.size(); ++at)
            DIM_CHECK(claim(devices, server.interfaces[at].device, "the device",
                            {"server", &server.name, lines.interfaces[at]}));
        if (bootnet == nullptr) return refuse_without_bootnet(place);
        const auto [entry, is_new] = bootnet_servers_.emplace(bootnet, place);
        if (!is_new) {
            return refuse(place.line,
                          place.who() + ": bootnet " + to_string(bootnet->name) +
                              " is already that of " + entry->second.who() + " (line " +
                              std::to_string(entry->second.line) + ")",
                          "give each server a bootnet of its own: two DHCP servers on one would "
                          "take each other's blades");
        }
        server_bootnets_.emplace(to_string(server.name), bootnet);
        return {};
    }

    Result<void> check_blade(const Blade& blade, const DefinitionLines::Component& lines) {
        const Place place{"blade", &blade.name, lines.line};
        if (blade.mac)
            DIM_CHECK(claim(macs_, *blade.mac, "MAC", {"blade", &blade.name, lines.mac}));
        const auto server = server_bootnets_.find(to_string(blade.server));
        if (server == server_bootnets_.end()) {
            return refuse(place.line,
                          place.who() + ": there is no server '" + to_string(blade.server) + "'",
                          "name a component with role=\"server\", or add it");
        }
        DIM_TRY(const Network* bootnet,
                check_interfaces(blade.interfaces, blade.position, lines, place));
        if (bootnet == nullptr) return refuse_without_bootnet(place);
        if (bootnet == server->second) return {};
        return refuse(place.line,
                      place.who() + ": its bootnet is " + to_string(bootnet->name) +
                          ", but that of its server " + to_string(blade.server) + " is " +
                          to_string(server->second->name),
                      "put both on the same one");
    }

    /// Each is a boot file of its own for every image.
    Result<void> check_kernel_arguments() const {
        std::set<std::string_view> different;
        for (std::size_t at = 0; at < definition_.blades.size(); ++at) {
            for (const Property& property : definition_.blades[at].properties)
                if (property.name == "kernel-arguments") different.insert(property.value);
            if (different.size() > kKernelArgumentsLimit)
                return refuse(lines_.blades[at].line,
                              "more than " + std::to_string(kKernelArgumentsLimit) +
                                  " different values of the property kernel-arguments",
                              "give what is the blade's own to its image, as an override");
        }
        return {};
    }

    Result<void> check_component(const Component& component,
                                 const DefinitionLines::Component& lines) {
        const Place place{"component", &component.name, lines.line};
        DIM_CHECK(check_interfaces(component.interfaces, component.position, lines, place));
        return {};
    }

    const Definition& definition_;
    const DefinitionLines& lines_;
    std::string_view file_name_;
    std::map<std::string_view, const Network*> networks_;
    std::map<std::string_view, Place> network_names_;
    std::map<std::string_view, Place> names_;
    std::deque<std::string> host_names_;  ///< that NAMES_ points to
    std::map<model::MacAddress, Place> macs_;
    std::map<model::Ipv4Address, Place> addresses_;
    std::map<model::Ipv6Address, Place> addresses6_;
    std::map<const Network*, Place> bootnet_servers_;
    std::map<std::string_view, const Network*> server_bootnets_;
};

}  // namespace

Result<void> check_definition(const Definition& definition, const DefinitionLines& lines,
                              std::string_view file_name) {
    return Checker(definition, lines, file_name).check();
}

}  // namespace dim::cluster
