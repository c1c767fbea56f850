#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/cluster/definition.hpp"

#include <string>
#include <string_view>

/// Small clusters, for tests.
namespace dim::render::samples {

inline model::ComponentName name(std::string_view text) {
    return model::ComponentName::parse(text).value();
}

inline model::Ipv4Address address(std::string_view text) {
    return model::Ipv4Address::parse(text).value();
}

/// A server SERVER with a bootnet THREE.0/24 of its own.
inline void add_server(cluster::Definition& definition, std::string_view server,
                       const std::string& three) {
    const auto network = name("bootnet-" + std::string(server));
    definition.networks.push_back({.name = network,
                                   .network = model::Ipv4Network::parse(three + ".0/24").value(),
                                   .role = cluster::NetworkRole::bootnet,
                                   .router = address(three + ".254")});
    definition.servers.push_back(
        {.name = name(server),
         .interfaces = {{.network = network,
                         .device = cluster::DeviceName::parse("boot0").value(),
                         .address = address(three + ".1")}}});
}

/// Server is01 on 10.1.0.0/24, no blades.
inline cluster::Definition definition() {
    cluster::Definition made{.name = name("demo"),
                             .networks = {},
                             .servers = {},
                             .blades = {},
                             .domain = "demo.cluster"};
    add_server(made, "is01", "10.1.0");
    return made;
}

/// With all that a network can say, and name servers.
inline cluster::Definition rich_definition() {
    using Type = cluster::DhcpOption::Type;
    cluster::Definition made = definition();
    made.services.dns = cluster::DnsBackend::bind;
    cluster::Network& network = made.networks.front();
    network.time_servers = {address("10.1.0.1"), address("10.1.0.2")};
    network.options = {{150, Type::address, "10.1.0.1,10.1.0.2"},
                       {224, Type::text, "a\"; \\,b"},
                       {43, Type::hex, "0104C0a80001"}};
    return made;
}

inline api::DhcpHost host(std::string_view blade, std::string_view mac, std::string_view ip,
                          std::optional<std::string> boot_file = std::nullopt) {
    api::DhcpHost made{.blade = name(blade),
                       .mac = model::MacAddress::parse(mac).value(),
                       .address = address(ip),
                       .image = {},
                       .boot_file = std::move(boot_file)};
    if (made.boot_file) made.image = model::ImageName::parse("granite").value();
    return made;
}

}  // namespace dim::render::samples
