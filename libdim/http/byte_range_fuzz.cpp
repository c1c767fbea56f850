#include "libdim/http/byte_range.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {
dim::testing::Goal ranges("a range within the whole, which says itself again");
dim::testing::Goal refused("a range of which nothing is there");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"from-to", "bytes=10-19"},
            {"from", "bytes=10-"},
            {"last", "bytes=-7"},
            {"beyond", "bytes=1000-"},
            {"several", "bytes=1-2,4-5"}};
}

/// Never a byte outside, and what was selected is selected again by its own words.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::uint64_t kSize = 100;
    const auto range =
        dim::http::select_range(std::string_view(reinterpret_cast<const char*>(data), size), kSize);
    if (!range) {
        refused.reach();
        return 0;
    }
    if (!*range) return 0;
    const auto [first, count] = **range;
    if (count == 0 || first >= kSize || count > kSize - first) std::abort();
    const std::string words =
        "bytes=" + std::to_string(first) + "-" + std::to_string(first + count - 1);
    if (dim::http::select_range(words, kSize).value() != range->value()) std::abort();
    ranges.reach();
    return 0;
}
