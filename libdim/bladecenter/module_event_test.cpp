#include "libdim/bladecenter/module_event.hpp"
#include "libdim/snmp/sample_trap.hpp"

#include <gtest/gtest.h>

namespace dim::bladecenter {
namespace {

Result<ModuleEvent> event(int number, const std::string& text, const std::string& source) {
    return read_event(
        snmp::parse_trap(snmp::samples::module_trap("x", number, text, source)).value());
}

TEST(ModuleEvent, TellsWhichBladeAndWhat) {
    const auto off = event(23, "Blade powered off\n", "Blade_3");
    ASSERT_TRUE(off);
    EXPECT_EQ(off->bay, Bay::parse("3").value());
    EXPECT_EQ(off->text, "power off: Blade powered off");
    EXPECT_EQ(event(24, "", "BLADE_01")->bay, Bay::parse("1").value());
    EXPECT_EQ(event(24, "", "BLADE_14")->text, "power on");
    EXPECT_EQ(event(99, "\x1b[2J", "")->text, "event 99: ?[2J");
}

TEST(ModuleEvent, IsOfNoBladeWhenThatIsUnclear) {
    for (const char* source : {"", "MM_1", "Blade_", "Blade_0", "Blade_15", "Blade_1x", "Blade_-1"})
        EXPECT_EQ(event(23, "", source)->bay, std::nullopt) << source;
}

TEST(ModuleEvent, OfAnotherVendorIsNone) {
    snmp::Trap trap = snmp::parse_trap(snmp::samples::module_trap("x", 23, "", "")).value();
    trap.is_own = false;
    EXPECT_FALSE(read_event(trap)) << "a cold start";
    trap.is_own = true;
    trap.enterprise = snmp::ObjectId{1, 3, 6, 1, 4, 1, 8072};
    EXPECT_FALSE(read_event(trap));
}

}  // namespace
}  // namespace dim::bladecenter
