#include "initagent/boot_path.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal printed_again("a path with arguments, read, printed and read again");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"l-lan", "/vdevice/l-lan@71000001"},
            {"ethernet", "/ht@0,f2000000/pci@8/ethernet@1:speed=auto,/a:b"}};
}

// What was parsed, printed and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = dim::agent::parse_boot_path({reinterpret_cast<const char*>(data), size});
    if (!path) return 0;
    if (dim::agent::parse_boot_path(to_string(*path)) != path) std::abort();
    if (!path->arguments.empty()) printed_again.reach();
    return 0;
}
