#include "initagent/executed_files.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {
dim::testing::Goal read_again("two files, read, written and read again");
dim::testing::Goal found_service("a service found");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    return {{"maps",
             "55d0c8a28000-55d0c8b00000 r-xp 00028000 00:2d 4711      /usr/sbin/sshd\n"
             "55d0c9000000-55d0c9021000 rw-p 00000000 00:00 0         [heap]\n"
             "7f1000000000-7f1000100000 r-xp 00028000 08:1f 90        /a b\\012 (deleted)\n"},
            {"cgroup", "1:name=systemd:/system.slice/cron.service\n0::/system.slice/a.service\n"}};
}

// What was read, written and read again is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto files = dim::agent::executed_files(text);
    std::string again;
    for (const dim::agent::ExecutedFile& file : files)
        again += to_string(file) + '\n';
    if (dim::agent::executed_files(again) != files) std::abort();
    if (files.size() > 1) read_again.reach();
    if (const auto service = dim::agent::service_of(text)) {
        if (service->contains('/') || service->contains('\n')) std::abort();
        found_service.reach();
    }
    return 0;
}
