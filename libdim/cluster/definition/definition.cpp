#include "libdim/cluster/definition/definition.hpp"

#include "libdim/model/enum_text.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace dim::cluster {

namespace {

constexpr model::EnumWords<NetworkRole, 3> kNetworkRoles{{
    {NetworkRole::bootnet, "bootnet"},
    {NetworkRole::usernet, "usernet"},
    {NetworkRole::management, "management"},
}};

constexpr model::EnumWords<DhcpBackend, 2> kDhcpBackends{{
    {DhcpBackend::isc, "isc"},
    {DhcpBackend::kea, "kea"},
}};

constexpr model::EnumWords<DnsBackend, 2> kDnsBackends{{
    {DnsBackend::none, "none"},
    {DnsBackend::bind, "bind"},
}};

constexpr model::EnumWords<NfsBackend, 2> kNfsBackends{{
    {NfsBackend::ganesha, "ganesha"},
    {NfsBackend::nfsd, "nfsd"},
}};

template <class Things, class Key, class Projection>
auto find(const Things& things, const Key& key, Projection projection) {
    const auto found = std::ranges::find(things, key, projection);
    return found == things.end() ? nullptr : &*found;
}

bool is_bootnet(const Definition& definition, const model::ComponentName& network) {
    const Network* found = find_network(definition, network);
    return found != nullptr && found->role == NetworkRole::bootnet;
}

}  // namespace

std::string_view to_string(DhcpBackend backend) { return model::word_of(kDhcpBackends, backend); }
Result<DhcpBackend> parse_dhcp_backend(std::string_view text) {
    return model::parse_word(kDhcpBackends, "DHCP server", text);
}

std::string_view to_string(DnsBackend backend) { return model::word_of(kDnsBackends, backend); }
Result<DnsBackend> parse_dns_backend(std::string_view text) {
    return model::parse_word(kDnsBackends, "DNS server", text);
}

std::string_view to_string(NfsBackend backend) { return model::word_of(kNfsBackends, backend); }
Result<NfsBackend> parse_nfs_backend(std::string_view text) {
    return model::parse_word(kNfsBackends, "NFS server", text);
}

std::string_view to_string(NetworkRole role) { return model::word_of(kNetworkRoles, role); }

Result<NetworkRole> parse_network_role(std::string_view text) {
    return model::parse_word(kNetworkRoles, "role of a network", text);
}

const Network* find_network(const Definition& definition, const model::ComponentName& name) {
    return find(definition.networks, name, &Network::name);
}

const Server* find_server(const Definition& definition, const model::ComponentName& name) {
    return find(definition.servers, name, &Server::name);
}

const Blade* find_blade(const Definition& definition, const model::ComponentName& name) {
    return find(definition.blades, name, &Blade::name);
}

const Blade* find_blade(const Definition& definition, const model::MacAddress& mac) {
    return find(definition.blades, mac, &Blade::mac);
}

Result<ServerBootnet> bootnet_of(const Definition& definition, const model::ComponentName& server) {
    const Server* found = find_server(definition, server);
    if (found == nullptr) {
        return fail(Error(ErrorCode::not_found,
                          "the cluster definition has no server '" + to_string(server) + "'")
                        .with_cure("keep a server of that name in it, or start imageserver with "
                                   "another --server"));
    }
    for (const ServerInterface& interface : found->interfaces) {
        const Network* network = find_network(definition, interface.network);
        if (network != nullptr && network->role == NetworkRole::bootnet)
            return ServerBootnet{*network, interface.device, interface.address};
    }
    return fail(Error(ErrorCode::not_found,
                      "server " + to_string(server) + " has no interface on a bootnet")
                    .with_cure("add an <interface> to it on a network with role=\"bootnet\""));
}

Result<model::Ipv4Address> bootnet_address(const Definition& definition, const Blade& blade) {
    for (const BladeInterface& interface : blade.interfaces)
        if (is_bootnet(definition, interface.network)) return interface.address;
    return fail(Error(ErrorCode::not_found,
                      "blade " + to_string(blade.name) + " has no interface on a bootnet")
                    .with_cure("add an <interface> to it on its server's bootnet"));
}

ComponentReference find_component(const Definition& definition, Position position) {
    const auto find_in = [&](const auto& things) {
        const auto found = std::ranges::lower_bound(
            things, position, {}, [](const auto& thing) { return thing.position; });
        return found != things.end() && found->position == position ? &*found : nullptr;
    };
    ComponentReference reference;
    const auto& kinds = definition.taxonomy.kinds();
    if (position.kind >= kinds.size()) return reference;
    switch (kinds[position.kind].role) {
        case ComponentRole::blade: reference.blade = find_in(definition.blades); break;
        case ComponentRole::server: reference.server = find_in(definition.servers); break;
        case ComponentRole::management_module:
        case ComponentRole::other: reference.other = find_in(definition.components); break;
    }
    return reference;
}

std::vector<HostAddress> host_addresses(const Definition& definition) {
    std::unordered_map<std::string_view, const Network*> networks;
    for (const Network& network : definition.networks)
        networks.emplace(to_string(network.name), &network);
    std::vector<HostAddress> hosts;
    const auto add = [&](const auto& components) {
        for (const auto& component : components) {
            bool is_first = true;
            for (const auto& interface : component.interfaces) {
                std::string host = to_string(component.name);
                const auto network = networks.find(to_string(interface.network));
                if (!is_first && network != networks.end()) host += network->second->suffix;
                is_first = false;
                hosts.push_back({std::move(host), component.position, interface.network,
                                 interface.address, interface.address6});
            }
        }
    };
    add(definition.servers);
    add(definition.blades);
    add(definition.components);
    std::vector<std::pair<Position, std::size_t>> order;
    for (std::size_t at = 0; at < hosts.size(); ++at)
        order.emplace_back(hosts[at].position, at);
    std::ranges::sort(order);
    std::vector<HostAddress> sorted;
    for (const auto& [position, at] : order)
        sorted.push_back(std::move(hosts[at]));
    return sorted;
}

const model::PlatformRow* platform_of(const Definition& definition, const Blade& blade) {
    return blade.platform ? find(definition.platforms, *blade.platform, &model::PlatformRow::name)
                          : nullptr;
}

std::vector<PlatformValue> platform_values(const model::PlatformRow& row) {
    std::vector<PlatformValue> values{{"like", std::string(to_string(row.like))}};
    const auto add = [&](std::string_view attribute, const std::vector<std::string>& words) {
        std::string text;
        for (const std::string& word : words)
            text.append(text.empty() ? "" : " ").append(word);
        if (!text.empty()) values.push_back({attribute, std::move(text)});
    };
    add("console", row.console);
    add("kernel-arguments", row.kernel_arguments);
    add("drivers", row.drivers);
    return values;
}

std::string type_text(const Blade& blade) {
    return blade.platform ? to_string(*blade.platform) : std::string(to_string(blade.type));
}

std::optional<std::string> attribute_of(const Definition& definition, Position position,
                                        std::string_view attribute) {
    const ComponentReference found = find_component(definition, position);
    if (!found) return std::nullopt;
    const ComponentKind& kind = definition.taxonomy.kinds()[position.kind];
    if (attribute == "name") return definition.taxonomy.name(position);
    if (attribute == "kind") return to_string(kind.name);
    if (attribute == "role") return std::string(to_string(kind.role));
    if (found.blade != nullptr) {
        if (attribute == "type") return type_text(*found.blade);
        if (attribute == "server") return to_string(found.blade->server);
        if (attribute == "mac" && found.blade->mac) return to_string(*found.blade->mac);
    }
    const auto& properties = found.blade != nullptr    ? found.blade->properties
                             : found.server != nullptr ? found.server->properties
                                                       : found.other->properties;
    const Property* property = find(properties, attribute, &Property::name);
    if (property == nullptr) return std::nullopt;
    return property->value;
}

std::vector<Blade> blades_of(const Definition& definition, const model::ComponentName& server) {
    std::vector<Blade> served;
    for (const Blade& blade : definition.blades)
        if (blade.server == server) served.push_back(blade);
    return served;
}

}  // namespace dim::cluster
