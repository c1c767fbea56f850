#include "imageserver/service/configuration_record.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
dim::testing::Goal read_again("a record with files, read, written and read again");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    const server::ConfigurationRecord record{.arguments = {"dhcpd", "-cf", "/etc/dhcpd.conf"},
                                             .files = {{"/etc/dhcpd.conf", "subnet {}\n"}},
                                             .is_loaded = false};
    return {{"record", server::to_json(record).value()}, {"bare", server::to_json({}).value()}};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto record = dim::server::parse_configuration_record(
        std::string_view(reinterpret_cast<const char*>(data), size));
    if (!record) return 0;
    const auto text = dim::server::to_json(*record);
    if (!text || dim::server::parse_configuration_record(*text) != record) std::abort();
    if (!record->files.empty()) read_again.reach();
    return 0;
}
