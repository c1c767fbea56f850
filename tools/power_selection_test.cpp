#include "libdim/sys/atomic_write.hpp"
#include "libdim/testing/temporary_directory.hpp"
#include "tools/power_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dim::tool {
namespace {

using ::testing::HasSubstr;

/// n1 to n3 have a BMC each, b1 to b3 are in the bays of a chassis; SETTINGS say otherwise.
class PowerSelectionTest : public ::testing::Test {
protected:
    Outcome<std::vector<PowerTarget>> select(const std::string& settings,
                                             const std::vector<std::string>& ranges) const {
        const std::string xml = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" role="bootnet" address="10.1.0.0/16"/>
  <network name="mmnet" role="management" address="10.2.0.0/16"/>
  <component name="server" role="server">
    <interface network="bootnet" device="eth1" address="10.1.0.1"/>
  </component>
  <component name="mm" role="management-module">
    <interface network="mmnet" address="10.2.0.1"/>
  </component>
  <level name="node" symbol="n" last="3">
    <component name="node" role="blade" type="js20" server="server">
      <interface network="bootnet" address="10.1.1.{node}"/>
      <interface network="mmnet" address="10.2.1.{node}"/>
      <property name="power" value="ipmi"/>
    </component>
  </level>
  <level name="blade" symbol="b" last="3">
    <component name="blade" role="blade" type="js20" server="server">
      <interface network="bootnet" address="10.1.2.{blade}"/>
    </component>
  </level>)" + settings + "</cluster>";
        EXPECT_TRUE(sys::write_file_atomically(directory_ / "cluster.xml", xml));
        Context context{.client = ApiClient("/nowhere"), .is_terminal = false};
        context.cluster_file = directory_ / "cluster.xml";
        return power_of_range(context, ModuleAccess{}, ranges);
    }
    static std::string set(const std::string& of, const std::string& name,
                           const std::string& value) {
        return "<set for=\"" + of + "\"><property name=\"" + name + "\" value=\"" + value +
               "\"/></set>";
    }
    dim::testing::TemporaryDirectory directory_;
};

TEST_F(PowerSelectionTest, ABmcOfTwoBladesIsSentNothing) {
    const std::string settings = set("n1", "power-address", "10.2.1.3");
    for (const char* concerned : {"n1", "n3", "all"}) {
        const auto refused = select(settings, {concerned});
        ASSERT_FALSE(refused) << concerned;
        EXPECT_EQ(refused.error().cause.code(), ErrorCode::conflict);
        EXPECT_THAT(refused.error().cause.message(), HasSubstr("n1"));
        EXPECT_THAT(refused.error().cause.message(), HasSubstr("n3"));
    }
    EXPECT_EQ(select(settings, {"n2"}).value().size(), 1U) << "nobody else is held up";
    const std::string port = set("n1", "power-port", "6230");
    EXPECT_TRUE(select(settings + port, {"n1", "n3"})) << "another BMC behind one address";
    EXPECT_FALSE(select(settings + set("n1", "power-port", "623"), {"n3"}));
}

TEST_F(PowerSelectionTest, ABayOfTwoBladesIsSentNothing) {
    const std::string settings = set("b1", "bay", "2");
    for (const char* concerned : {"b1", "b2"}) {
        const auto refused = select(settings, {concerned});
        ASSERT_FALSE(refused) << concerned;
        EXPECT_EQ(refused.error().cause.code(), ErrorCode::conflict);
    }
    EXPECT_EQ(select(settings, {"b3", "n1"}).value().size(), 2U);
}

}  // namespace
}  // namespace dim::tool
