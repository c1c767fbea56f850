#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/boot/boot_samples.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

/// A cluster of one server and two blades on loopback addresses, for tests.
namespace dim::server::samples {

inline model::ComponentName server() { return *model::ComponentName::parse("is01"); }
inline model::MacAddress other_mac() { return *model::MacAddress::parse("52:54:00:01:01:02"); }
inline model::Ipv4Address server_address() { return *model::Ipv4Address::parse("127.0.0.5"); }
/// Where connections on loopback come from.
inline model::Ipv4Address blade_address() { return *model::Ipv4Address::parse("127.0.0.1"); }
inline model::Ipv4Address other_address() { return *model::Ipv4Address::parse("127.0.0.2"); }

/// The server and BLADES blades (4 at the most) s01c1b01… at 127.0.0.1…; ATTRIBUTES: of each, MORE:
/// goes before the end.
inline std::string one_chassis_xml(int blades, const std::string& attributes,
                                   const std::string& more) {
    return R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
        <network name="bootnet" role="bootnet" address="127.0.0.0/24"/>
        <level name="server" symbol="s" width="2" last="1">
          <component name="server" role="server" pattern="is{server}" linear="is">
            <interface network="bootnet" device="lo" address="127.0.0.5"/>
          </component>
          <level name="chassis" symbol="c" last="1">
            <level name="blade" symbol="b" width="2" last=")" +
           std::to_string(blades) + R"(">
              <component name="blade" role="blade" )" +
           attributes + R"(>
                <interface network="bootnet" address="127.0.0.{blade}"/>
              </component>
            </level>
          </level>
        </level>)" +
           more + "</cluster>";
}

inline const std::string kDefinition =
    one_chassis_xml(2, R"(mac="52:54:00:{server}:{chassis}:{blade}")",
                    R"(<set for="s01c1b01" type="js20"/><set for="s01c1b02" type="js21"/>)");

inline cluster::Definition definition() {
    return *cluster::parse_cluster(kDefinition, "sample.xml");
}

inline Roster roster() { return *Roster::create(server(), definition()); }

}  // namespace dim::server::samples
