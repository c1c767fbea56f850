#pragma once

#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <string_view>

/// A small cluster, for tests: 2 servers, each with 2 chassis of 2 bays and a management module;
/// one bay is empty, one blade has no MAC.
namespace dim::tool::sample {

inline constexpr std::string_view kClusterXml =
    R"(<cluster xmlns="urn:dim:cluster:1" name="small" domain="small.example">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <network name="management" role="management" address="10.200.0.0/16"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="chassis" symbol="c" last="2">
      <component name="mm" role="management-module" pattern="s{server}c{chassis}mm">
        <interface network="management" address="10.200.{server}.{chassis}"/>
      </component>
      <level name="blade" symbol="b" width="2" last="2">
        <component name="blade" role="blade" type="js20">
          <interface network="bootnet" address="10.{server}.{chassis}.{blade+10}"/>
        </component>
      </level>
    </level>
  </level>
  <absent for="s02c2b02"/>
  <set for="s01c1b01" mac="00:0d:60:1e:ca:01"/>
  <set for="s01c1b02" mac="00:0d:60:1e:ca:02"/>
  <set for="s01c2b01" mac="00:0d:60:1e:ca:03"/>
  <set for="s01c2b02" mac="00:0d:60:1e:ca:04" type="js21"/>
  <set for="s02c1b01" mac="00:0d:60:1e:ca:05"/>
  <set for="s02c1b02" mac="00:0d:60:1e:ca:06"/>
  <group name="gpu" range="s01c[1-2]b01"/>
</cluster>
)";

inline cluster::Definition definition() {
    return cluster::parse_cluster(kClusterXml, "small.xml").value();
}

}  // namespace dim::tool::sample
