#pragma once

#include <cstddef>
#include <string>

namespace dim::server::samples {

/// A cluster of the image server is01 on loopback and BLADES blades b1, b2…; MORE goes before its
/// end. With at least one blade, the addresses are those of samples::definition().
inline std::string cluster_xml(std::size_t blades, const std::string& more = {}) {
    return R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="127.0.0.0/24"/>
  <level name="server" symbol="is" width="2" last="1">
    <component name="server" role="server">
      <interface network="bootnet" device="lo" address="127.0.0.5"/>
    </component>
  </level>
  <level name="blade" symbol="b" last=")" +
           std::to_string(blades) + R"(">
    <component name="blade" role="blade" type="js20" server="is01" mac="52:54:00:01:01:{blade}">
      <interface network="bootnet" address="127.0.0.{blade+10}"/>
    </component>
  </level>
)" + more + "</cluster>\n";
}

}  // namespace dim::server::samples
