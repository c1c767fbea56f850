#include "imageserver/boot/boot_record_json.hpp"

#include <cstdint>
#include <cstdlib>

// What is read is written so that it reads the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dim::server;
    const auto record = parse_boot_record({reinterpret_cast<const char*>(data), size});
    if (record && parse_boot_record(to_json(*record)) != record) std::abort();
    return 0;
}
