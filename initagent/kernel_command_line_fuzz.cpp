#include "initagent/kernel_command_line.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What was parsed, printed and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto words = dim::agent::parse_command_line({reinterpret_cast<const char*>(data), size});
    if (!words) return 0;
    const auto again = dim::agent::parse_command_line(to_string(*words));
    if (!again || *again != *words) std::abort();
    return 0;
}
