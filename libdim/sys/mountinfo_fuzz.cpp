#include "libdim/sys/mountinfo.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstdlib>

// Arbitrary text: no crash, and what was read can be written and read again.

namespace {
dim::testing::Goal written_again("lines read, written and read again");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {
        {"manual",
         "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
         "37 36 0:5 / /a\\040b\\134 rw - nfs4 10.0.0.1:/x\\011y rw,vers=4.2\n"}};
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto entries = dim::sys::parse_mountinfo(text);
    if (!entries) return 0;
    std::string again;
    for (const dim::sys::MountEntry& entry : *entries)
        again += to_string(entry) + '\n';
    if (dim::sys::parse_mountinfo(again) != entries) std::abort();
    if (entries->size() > 1) written_again.reach();
    for (const dim::sys::MountEntry& entry : *entries) {
        for (const auto& inner : dim::sys::visible_mounts_in(*entries, entry))
            if (inner.target == entry.target) std::abort();
    }
    return 0;
}
