#include "imageserver/service/child_record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto record = dim::server::parse_child_record(
        std::string_view(reinterpret_cast<const char*>(data), size));
    if (record && dim::server::parse_child_record(dim::server::to_json(*record)) != record)
        std::abort();
    return 0;
}
