#include "initagent/boot_path.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What was parsed, printed and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = dim::agent::parse_boot_path({reinterpret_cast<const char*>(data), size});
    if (path && dim::agent::parse_boot_path(to_string(*path)) != path) std::abort();
    return 0;
}
