#pragma once

#include "imageserver/blade/roster.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"

#include <string>

namespace dim::server::samples {

inline model::ComponentName component(const char* name) {
    return model::ComponentName::parse(name).value();
}

/// A server with three blades, s1b1 to s1b3, the last of which has no MAC; MORE goes before the
/// end.
inline cluster::Definition three_blades(const std::string& more = {}) {
    return cluster::parse_cluster(R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <level name="server" symbol="s" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.1.0.1"/>
    </component>
    <level name="blade" symbol="b" last="3">
      <component name="blade" role="blade" type="js20">
        <interface network="bootnet" address="10.1.1.{blade}"/>
      </component>
    </level>
  </level>
  <set for="b[1-2]" mac="52:54:00:00:00:{blade}"/>)" +
                                      more + "</cluster>",
                                  "cluster.xml")
        .value();
}

inline Roster roster_of_three(const std::string& more = {}) {
    return Roster::create(component("s1"), three_blades(more)).value();
}

}  // namespace dim::server::samples
