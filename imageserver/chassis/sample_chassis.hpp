#pragma once

#include "imageserver/blade/roster.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <string>

/// A cluster of one server and two chassis on the loopback, for tests.
namespace dim::server::samples {

inline model::ComponentName name(const std::string& text) {
    return model::ComponentName::parse(text).value();
}

/// Modules s01c1mm at 127.0.0.2, PORT, with CREDENTIALS, and s01c2mm at 127.0.0.3, without.
inline cluster::Definition chassis_definition(const std::string& credentials, std::uint16_t port) {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <network name="mmnet" role="management" address="127.0.0.0/24"/>
  <level name="server" symbol="s" width="2" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.1.0.1"/>
    </component>
    <level name="chassis" symbol="c" last="2">
      <component name="mm" role="management-module" pattern="s{server}c{chassis}mm">
        <interface network="mmnet" address="127.0.0.{chassis+1}"/>
      </component>
      <level name="blade" symbol="b" width="2" last="14">
        <component name="blade" role="blade" type="js20">
          <interface network="bootnet" address="10.1.{chassis}.{blade+10}"/>
        </component>
      </level>
    </level>
  </level>
  <set for="s01c1mm"><property name="credentials" value=")" +
                                      credentials + R"("/><property name="snmp-port" value=")" +
                                      std::to_string(port) + R"("/></set>
</cluster>)",
                                  "sample.xml")
        .value();
}

inline Roster chassis_roster(const std::string& credentials, std::uint16_t port) {
    return Roster::create(name("s01"), chassis_definition(credentials, port)).value();
}

}  // namespace dim::server::samples
