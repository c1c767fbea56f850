#include "imageserver/service/configuration_record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto record = dim::server::parse_configuration_record(
        std::string_view(reinterpret_cast<const char*>(data), size));
    if (!record) return 0;
    const auto text = dim::server::to_json(*record);
    if (!text || dim::server::parse_configuration_record(*text) != record) std::abort();
    return 0;
}
