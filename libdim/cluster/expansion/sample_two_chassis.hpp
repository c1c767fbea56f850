#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// A cluster of one server and two chassis on the loopback, for tests with emulated ones.
namespace dim::cluster::sample {

/// FIRST and SECOND: the ports at which their modules answer, s01c1mm at 127.0.0.2 and s01c2mm at
/// 127.0.0.3. CREDENTIALS: the file for each that has a port.
inline std::string two_chassis_xml(const std::string& credentials, std::uint16_t first,
                                   std::optional<std::uint16_t> second = {}) {
    const auto module = [&](const std::string& name, std::uint16_t port) {
        return "<set for=\"" + name + "\"><property name=\"credentials\" value=\"" + credentials +
               "\"/><property name=\"snmp-port\" value=\"" + std::to_string(port) + "\"/></set>";
    };
    return R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
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
  </level>)" +
           module("s01c1mm", first) + (second ? module("s01c2mm", *second) : "") + "</cluster>";
}

}  // namespace dim::cluster::sample
