#include "imageserver/chassis/sample_chassis.hpp"
#include "imageserver/chassis/trap_gate.hpp"
#include "libdim/snmp/sample_trap.hpp"

#include <gtest/gtest.h>

namespace dim::server {
namespace {

using snmp::samples::module_trap;

class TrapGateTest : public ::testing::Test {
protected:
    Result<TrapGate::Passed> take(const std::string& from, const std::string& datagram,
                                  std::int64_t second = 0) {
        return gate.take(targets, model::Ipv4Address::parse(from).value(), datagram,
                         second * 1'000'000);
    }

    std::vector<ChassisTarget> targets =
        chassis_targets(samples::chassis_definition("/mm.key", 161), samples::name("s01"));
    int reads = 0;
    TrapGate gate{[this](const ModulePoint&) -> Result<snmp::Credentials> {
        ++reads;
        return snmp::parse_credentials("community private\n");
    }};
};

TEST_F(TrapGateTest, BelievesAModuleWithItsCommunity) {
    const auto passed = take("127.0.0.2", module_trap("private", 23, "gone", "Blade_3"));
    ASSERT_TRUE(passed) << to_string(passed.error());
    EXPECT_EQ(passed->module, samples::name("s01c1mm"));
    EXPECT_EQ(passed->blade, samples::name("s01c1b03"));
    EXPECT_EQ(passed->event.text, "power off: gone");
    EXPECT_EQ(take("127.0.0.2", module_trap("private", 0, "hot", "MM_1"))->blade, std::nullopt);
}

TEST_F(TrapGateTest, BelievesNobodyElse) {
    const std::string good = module_trap("private", 23, "gone", "Blade_3");
    EXPECT_EQ(take("127.0.0.9", good).error().code(), ErrorCode::permission_denied);
    EXPECT_EQ(take("127.0.0.3", good).error().code(), ErrorCode::permission_denied)
        << "a module without credentials";
    EXPECT_EQ(reads, 0) << "a stranger makes us read nothing";
    EXPECT_EQ(take("127.0.0.2", module_trap("public", 23, "gone", "Blade_3")).error().code(),
              ErrorCode::permission_denied);
    EXPECT_EQ(take("127.0.0.2", "junk").error().code(), ErrorCode::invalid_input);
}

TEST_F(TrapGateTest, TakesNotTooManyOfOne) {
    const std::string good = module_trap("private", 23, "gone", "Blade_3");
    for (std::int64_t i = 0; i < TrapGate::kBurst; ++i)
        ASSERT_TRUE(take("127.0.0.2", good));
    EXPECT_EQ(take("127.0.0.2", good).error().code(), ErrorCode::limit_exceeded);
    EXPECT_EQ(reads, TrapGate::kBurst);
    EXPECT_TRUE(take("127.0.0.2", good, 1));
    EXPECT_FALSE(take("127.0.0.2", good, 1)) << "one a second";
    for (std::int64_t i = 0; i < TrapGate::kBurst; ++i)
        EXPECT_TRUE(take("127.0.0.2", good, 1000));
    EXPECT_FALSE(take("127.0.0.2", good, 1000)) << "no more after a long silence";
}

}  // namespace
}  // namespace dim::server
