#include "imageserver/apply/cluster_names.hpp"
#include "imageserver/apply/sample_blades.hpp"
#include "imageserver/boot/test_database.hpp"
#include "imageserver/service/fake_service_control.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

constexpr const char* kWithNames = R"(<services dns="bind"/>)";

class ClusterNamesTest : public ::testing::Test {
protected:
    TestDatabase database;
    FakeServiceControl control;
    DnsService dns{control,
                   {.server = samples::component("s1"),
                    .directory = database.directory() + "/named",
                    .address = model::Ipv4Address::parse("10.1.0.1").value(),
                    .user = "root",
                    .program = "/bin/true",
                    .checker = "/bin/true"}};
};

TEST_F(ClusterNamesTest, AreNobodysConcernWhenTheDefinitionWantsNone) {
    const Roster roster = samples::roster_of_three();
    ClusterNames names(dns, roster);
    ASSERT_TRUE(names.apply());
    EXPECT_FALSE(names.status());
    EXPECT_FALSE(names.reloaded_by(roster).value());
}

TEST_F(ClusterNamesTest, AreToldAnewWhenAnAddressChanges) {
    Roster roster = samples::roster_of_three(kWithNames);
    ClusterNames names(dns, roster);
    const auto first = names.apply();
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_EQ(names.status()->name, "named");
    EXPECT_FALSE(names.reloaded_by(roster).value()) << "what it serves already";

    const std::string moved =
        std::string(R"(<set for="b1"><interface network="bootnet" address="10.1.9.9"/></set>)");
    const Roster next = samples::roster_of_three(kWithNames + moved);
    const auto reload = names.reloaded_by(next).value();
    ASSERT_TRUE(reload);
    EXPECT_EQ(reload->service, "named");
    EXPECT_FALSE(reload->reason.empty());
    ASSERT_TRUE(roster.replace(*next.definition()));
    ASSERT_TRUE(names.apply());
    EXPECT_FALSE(names.reloaded_by(next).value());
}

}  // namespace
}  // namespace dim::server
