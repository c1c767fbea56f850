#include "initagent/kernel_command_line.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal printed_again("words with values, read, printed and read again");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"words", "quiet dim.server=10.1.0.1:7443 root=UUID=12 empty= =odd\n"},
            {"quoted", "\"a b=c d\" e=\"f g\" h=i\" \"j"},
            {"init", "quiet -- dim.retries=3"}};
}

// What was parsed, printed and parsed again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto words = dim::agent::parse_command_line({reinterpret_cast<const char*>(data), size});
    if (!words) return 0;
    const auto again = dim::agent::parse_command_line(to_string(*words));
    if (!again || *again != *words) std::abort();
    if (words->size() > 1 && words->back().value) printed_again.reach();
    return 0;
}
