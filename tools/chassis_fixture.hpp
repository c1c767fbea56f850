#pragma once

#include "libdim/testing/files_and_programs.hpp"
#include "libdim/testing/temporary_directory.hpp"

#include <string>

#include <gtest/gtest.h>

namespace dim::tool {

/// For tests of blades of one server whose hardware is on the loopback: files, and what a
/// cluster.xml says of it.
class ChassisRoom : public ::testing::Test {
protected:
    std::string file(const std::string& name) const { return directory / name; }
    void write(const std::string& name, const std::string& text, mode_t mode) const {
        dim::testing::write(file(name), text, mode);
    }
    static std::string property(const std::string& name, const std::string& value) {
        return "<property name=\"" + name + "\" value=\"" + value + "\"/>";
    }
    /// At ADDRESS.
    static std::string module_xml(const std::string& name, const std::string& address,
                                  const std::string& properties) {
        return "<component name=\"" + name +
               "\" role=\"management-module\"><interface network=\"mmnet\" address=\"" + address +
               "\"/>" + properties + "</component>";
    }
    /// MODULES, LAST blades SYMBOL1, SYMBOL2… in their bays, and MORE.
    static std::string room_xml(const std::string& modules, const std::string& symbol, int last,
                                const std::string& more = "") {
        return R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <network name="mmnet" role="management" address="127.0.0.0/24"/>
  <component name="server" role="server">
    <interface network="bootnet" device="eth1" address="10.1.0.1"/>
  </component>)" +
               modules + "<level name=\"blade\" symbol=\"" + symbol + "\" last=\"" +
               std::to_string(last) + R"(">
    <component name="blade" role="blade" type="js20" server="server">
      <interface network="bootnet" address="10.1.1.{blade}"/>
    </component>
  </level>)" + more +
               "</cluster>";
    }

    dim::testing::TemporaryDirectory directory;
};

}  // namespace dim::tool
