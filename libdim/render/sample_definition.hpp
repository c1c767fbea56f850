#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"

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

/// Servers s01, s02… on 10.1.0.0/16, 10.2.0.0/16… with a chassis of BLADES blades each.
inline cluster::Definition large_definition(std::uint32_t servers, std::uint32_t blades) {
    using cluster::ComponentRole;
    cluster::Definition made{.name = name("demo"),
                             .networks = {},
                             .servers = {},
                             .blades = {},
                             .domain = "demo.cluster"};
    made.taxonomy = cluster::Taxonomy::create(
                        {{.name = "server", .symbol = "s", .width = 2, .last = servers},
                         {.name = "chassis", .symbol = "c", .parent = 0},
                         {.name = "blade", .symbol = "b", .width = 2, .last = blades, .parent = 1}},
                        {{.name = name("server"), .role = ComponentRole::server, .level = 0},
                         {.name = name("blade"), .role = ComponentRole::blade, .level = 2}})
                        .value();
    for (std::uint32_t server = 1; server <= servers; ++server) {
        const cluster::Position position{.kind = 0, .number = server};
        const std::string server_name = made.taxonomy.name(position);
        const std::string two = "10." + std::to_string(server);
        const auto network = name("bootnet-" + server_name);
        made.networks.push_back({.name = network,
                                 .network = model::Ipv4Network::parse(two + ".0.0/16").value(),
                                 .role = cluster::NetworkRole::bootnet,
                                 .router = address(two + ".0.254")});
        made.servers.push_back(
            {.name = name(server_name),
             .interfaces = {{network, cluster::DeviceName::parse("boot0").value(),
                             address(two + ".0.1")}},
             .position = position});
        for (std::uint32_t blade = 1; blade <= blades; ++blade) {
            const cluster::Position place{.kind = 1, .number = (server - 1) * blades + blade};
            const model::MacAddress::Bytes mac{
                2, 0, 0, 0, static_cast<std::uint8_t>(server), static_cast<std::uint8_t>(blade)};
            made.blades.push_back(
                {.name = name(made.taxonomy.name(place)),
                 .type = model::BladeType::js20,
                 .mac = model::MacAddress::from_bytes(mac).value(),
                 .server = name(server_name),
                 .interfaces = {{network, address(two + ".1." + std::to_string(blade + 10))}},
                 .position = place});
        }
    }
    return made;
}

/// Server s01 and two blades, one of them with an address of version 6 and one on a usernet.
inline cluster::Definition named_definition() {
    cluster::Definition made = large_definition(1, 2);
    made.networks.front().name = name("bootnet");
    made.networks.front().network6 = model::Ipv6Network::parse("fd00:1::/64").value();
    made.networks.push_back({.name = name("usernet"),
                             .network = model::Ipv4Network::parse("172.16.0.0/12").value(),
                             .role = cluster::NetworkRole::usernet,
                             .router = {},
                             .suffix = "-usr"});
    made.servers.front().interfaces.front().network = name("bootnet");
    for (cluster::Blade& blade : made.blades)
        blade.interfaces.front().network = name("bootnet");
    made.blades.front().interfaces.front().address6 =
        model::Ipv6Address::parse("fd00:1::1:1").value();
    made.blades.front().interfaces.push_back({name("usernet"), address("172.16.1.11")});
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
