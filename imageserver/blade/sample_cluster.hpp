#pragma once

#include "imageserver/blade/boot_samples.hpp"
#include "imageserver/blade/roster.hpp"

/// A cluster of one server and two blades on loopback addresses, for tests.
namespace dim::server::samples {

inline model::ComponentName server() { return *model::ComponentName::parse("is01"); }
inline model::ComponentName other_blade() { return *model::ComponentName::parse("s01c1b02"); }
inline model::MacAddress other_mac() { return *model::MacAddress::parse("52:54:00:01:01:02"); }
inline model::Ipv4Address server_address() { return *model::Ipv4Address::parse("127.0.0.5"); }
/// Where connections on loopback come from.
inline model::Ipv4Address blade_address() { return *model::Ipv4Address::parse("127.0.0.1"); }
inline model::Ipv4Address other_address() { return *model::Ipv4Address::parse("127.0.0.2"); }

inline cluster::Definition definition() {
    const auto network = *model::ComponentName::parse("bootnet");
    return {
        .name = *model::ComponentName::parse("demo"),
        .networks = {{network, *model::Ipv4Network::parse("127.0.0.0/24"),
                      cluster::NetworkRole::bootnet, std::nullopt}},
        .servers = {{server(), {{network, *cluster::DeviceName::parse("lo"), server_address()}}}},
        .blades = {{blade(), model::BladeType::js20, mac(), server(), {{network, blade_address()}}},
                   {other_blade(),
                    model::BladeType::js21,
                    other_mac(),
                    server(),
                    {{network, other_address()}}}}};
}

inline Roster roster() { return *Roster::create(server(), definition()); }

}  // namespace dim::server::samples
