#include "imageserver/service/child_record.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
dim::testing::Goal read_again("a record with a process, read, written and read again");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    server::ChildRecord record{.token = "0123456789abcdef",
                               .arguments = {"/usr/sbin/dhcpd", "-f"},
                               .since = *model::Timestamp::parse("2026-11-20T13:40:00.000250Z"),
                               .process = {},
                               .executable = {}};
    const std::string starting = server::to_json(record);
    record.process = {.pid = 4711, .start_ticks = 123456789};
    record.executable = "/usr/sbin/dhcpd";
    return {{"starting", starting}, {"running", server::to_json(record)}};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto record = dim::server::parse_child_record(
        std::string_view(reinterpret_cast<const char*>(data), size));
    if (!record) return 0;
    if (dim::server::parse_child_record(dim::server::to_json(*record)) != record) std::abort();
    if (record->process) read_again.reach();
    return 0;
}
