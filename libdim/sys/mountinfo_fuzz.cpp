#include "libdim/sys/mountinfo.hpp"

#include <cstdlib>

// Arbitrary text: no crash, and what was read can be written and read again.

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto entries = dim::sys::parse_mountinfo(text);
    if (!entries) return 0;
    std::string again;
    for (const dim::sys::MountEntry& entry : *entries)
        again += to_string(entry) + '\n';
    if (dim::sys::parse_mountinfo(again) != entries) std::abort();
    return 0;
}
