#include "libdim/power/ipmi.hpp"
#include "libdim/power/plug_in.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {
dim::testing::Goal plug_in_states("a state that a program told");
dim::testing::Goal ipmi_states("a state that ipmitool told");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"fence-agent", "WARNING: x\nStatus: OFF\n"},
            {"plug-in", "on\n"},
            {"ipmitool", "Unable to Get Channel Cipher Suites\nChassis Power is on\n"}};
}

/// What is told is on or off; with that as a last line of its own, the same is told.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace power = dim::power;
    const std::string text(dim::testing::text_of(data, size));
    if (const auto state = power::parse_plug_in_state(text)) {
        const auto again = power::parse_plug_in_state(text + '\n' + std::string(to_string(*state)));
        if (again != *state) std::abort();
        plug_in_states.reach();
    }
    if (const auto state = power::parse_ipmi_state(text)) {
        const std::string first = "Chassis Power is " + std::string(to_string(*state)) + '\n';
        if (power::parse_ipmi_state(first + text) != *state) std::abort();
        ipmi_states.reach();
    }
    return 0;
}
