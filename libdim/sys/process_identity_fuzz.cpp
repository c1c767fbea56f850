#include "libdim/sys/process_identity.hpp"
#include "libdim/testing/fuzz.hpp"

namespace {

dim::testing::Goal as_it_is("a text that has a start time");
dim::testing::Goal named("a name with parentheses and blanks");

}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    const std::string fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21";
    return {{"stat", "1 (a) b (c)" + fields}, {"short", "1 (a) S 1 2"}, {"name", ") S 1 1 ("}};
}

/// Any text has a start time or none; and whatever a process calls itself, its start is the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string text(dim::testing::text_of(data, size));
    if (dim::sys::parse_start_ticks(text)) as_it_is.reach();
    const auto ticks = dim::sys::parse_start_ticks(
        "4711 (" + text + ") S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 123456789 20 21\n");
    if (ticks != std::uint64_t{123456789}) std::abort();
    if (text.contains(") ")) named.reach();
    return 0;
}
