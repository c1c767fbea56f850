#include "libdim/cluster/definition/range_selection.hpp"
#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/names/fold_names.hpp"

#include <gtest/gtest.h>

namespace dim::cluster {
namespace {

constexpr std::string_view kXml = R"(<cluster xmlns="urn:dim:cluster:1" name="demo">
  <network name="bootnet" per="server" role="bootnet" address="10.{server}.0.0/16"/>
  <level name="server" symbol="s" width="2" last="2">
    <component name="server" role="server">
      <interface network="bootnet" device="eth1" address="10.{server}.0.1"/>
    </component>
    <level name="chassis" symbol="c" last="2">
      <component name="mm" role="management-module" pattern="s{server}c{chassis}mm"/>
      <level name="blade" symbol="b" width="2" last="4">
        <component name="blade" role="blade" type="js20" mac="02:00:00:{server}:{chassis}:{blade}">
          <interface network="bootnet" address="10.{server}.{chassis}.{blade+10}"/>
        </component>
      </level>
    </level>
  </level>
  <absent for="s02c2b04"/>
  <set for="s01c2" type="js21"><property name="rack" value="A3"/></set>
  <group name="gpu" range="s01c1,-s01c1b01"/>
</cluster>)";

class RangeSelectionTest : public ::testing::Test {
protected:
    static const Definition& definition() {
        static const Result<Definition> parsed = parse_cluster(kXml, "cluster.xml");
        EXPECT_TRUE(parsed) << to_string(parsed.error());
        return *parsed;
    }
    static std::string selected(std::string_view range, const Selection& selection = {}) {
        const auto positions = select_range(definition(), range, selection);
        return positions ? fold_names(definition().taxonomy, *positions)
                         : "error: " + to_string(positions.error());
    }
};

TEST_F(RangeSelectionTest, NamesTheRangeThatFails) {
    EXPECT_EQ(selected("s01@s02"),
              "error: 's01@s02': the range matches no component (try parts of it with 'dim cluster "
              "names'; --role any finds more than blades)");
    EXPECT_EQ(selected("s02c2b04"),
              "error: 's02c2b04': 's02c2b04' is absent (see <absent> in the cluster definition)");
    EXPECT_EQ(selected("s3"), "error: 's3': there is no s03: server is 1 to 2");
    EXPECT_EQ(selected("s01@group=cpu"), "error: 's01@group=cpu': there is no group 'cpu'");
}

TEST_F(RangeSelectionTest, SaysWhichAttributesThereAre) {
    EXPECT_EQ(
        selected("colour=red"),
        "error: 'colour=red': there is no attribute 'colour' (there are name, kind, role, type, "
        "server, mac, group, rack)");
    const Selection more{
        .more_attributes = {"state"},
        .more_values = [](Position, std::string_view) -> Result<std::optional<std::string>> {
            return std::nullopt;
        }};
    EXPECT_TRUE(selected("colour=red", more).contains("group, state, rack"));
}

TEST_F(RangeSelectionTest, Selects) {
    EXPECT_EQ(selected("all"), "s01c[1-2]b[01-04],s02c1b[01-04],s02c2b[01-03]");
    EXPECT_EQ(selected("s[1-2]"), selected("all"));
    EXPECT_EQ(selected("gpu"), "s01c1b[02-04]");
    EXPECT_EQ(selected("group=gpu"), "s01c1b[02-04]");
    EXPECT_EQ(selected("s01@group!=gpu"), "s01c1b01,s01c2b[01-04]");
    EXPECT_EQ(selected("type=js21"), "s01c2b[01-04]");
    EXPECT_EQ(selected("rack=A3"), "s01c2b[01-04]");
    EXPECT_EQ(selected("all,-rack=A3"), "s[01-02]c1b[01-04],s02c2b[01-03]");
    EXPECT_EQ(selected("rack!=A3@s01"), "s01c1b[01-04]");
    EXPECT_EQ(selected("server=s02"), "s02c1b[01-04],s02c2b[01-03]");
    EXPECT_EQ(selected("name=b2,name=s1c1b3"), "s01c1b[02-03]");
    EXPECT_EQ(selected("server=s2@name!=s2c1b1"), "s02c1b[02-04],s02c2b[01-03]");
    EXPECT_EQ(selected("mac=02:00:00:02:01:03"), "s02c1b03");
    EXPECT_EQ(selected("mm3"), "s02c1mm");
}

TEST_F(RangeSelectionTest, SelectsOtherRoles) {
    EXPECT_EQ(selected("s01", {.role = ComponentRole::server}), "s01");
    EXPECT_EQ(selected("all", {.role = ComponentRole::server}), "s[01-02]");
    EXPECT_EQ(selected("s02", {.role = ComponentRole::management_module}), "s02c[1-2]mm");
    EXPECT_EQ(selected("s02c2", {.role = {}}), "s02c2mm,s02c2b[01-03]");
    EXPECT_EQ(selected("all@kind=mm", {.role = {}}), "s[01-02]c[1-2]mm");
    EXPECT_EQ(selected("role=management-module", {.role = {}}), "s[01-02]c[1-2]mm");
}

TEST_F(RangeSelectionTest, TakesMoreAttributesAndASmallerAll) {
    const Selection selection{.is_in_all = [](Position position) { return position.number <= 8; },
                              .more_attributes = {"state"},
                              .more_values = [](Position position, std::string_view)
                                  -> Result<std::optional<std::string>> {
                                  if (position.number == 16)
                                      return fail(ErrorCode::unavailable, "no state");
                                  if (position.number % 2 == 0) return std::nullopt;
                                  return position.number == 3 ? "failed" : "running";
                              }};
    EXPECT_EQ(selected("all", selection), "s01c[1-2]b[01-04]");
    EXPECT_EQ(selected("state=failed", selection), "s01c1b03");
    EXPECT_EQ(selected("state!=running", selection), "s01c1b[02-04],s01c2b[02,04]");
    EXPECT_EQ(selected("s02c1@state=running", selection), "s02c1b[01,03]");
}

}  // namespace
}  // namespace dim::cluster
