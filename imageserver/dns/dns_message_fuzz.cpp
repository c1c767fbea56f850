#include "imageserver/dns/dns_message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

/// An answer ends where it says, and is one to its own question only.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    if (size < 2) return 0;
    const auto id = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    const auto serial = dim::server::parse_soa_answer(id, datagram);
    if (!serial) return 0;
    if (dim::server::parse_soa_answer(id, std::string(datagram) + "more")) std::abort();
    if (dim::server::parse_soa_answer(static_cast<std::uint16_t>(id + 1), datagram)) std::abort();
    return 0;
}
