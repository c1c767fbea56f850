#include "libdim/base/text.hpp"
#include "libdim/bladecenter/module_event.hpp"
#include "libdim/snmp/sample_trap.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal traps("a trap");
dim::testing::Goal events("an event of a blade");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    namespace samples = dim::snmp::samples;
    return {{"power_off", samples::module_trap("private", 23, "Blade powered off", "Blade_3")},
            {"chassis", samples::module_trap("private", 0, "Too hot", "MM_1")},
            {"version_2c", samples::module_trap_2c("private", 24)}};
}

/// What is taken is bounded, and fit to print.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto trap = dim::snmp::parse_trap(dim::testing::text_of(data, size));
    if (!trap) return 0;
    traps.reach();
    if (trap->bindings.size() > dim::snmp::kTrapBindingsLimit) std::abort();
    const auto event = dim::bladecenter::read_event(*trap);
    if (!event) return 0;
    if (dim::printable(event->text, event->text.size()) != event->text) std::abort();
    if (event->text.size() > 300) std::abort();
    if (event->bay) events.reach();
    return 0;
}
