#include "imageserver/tftp/tftp_probe.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// An answer is told by its first bytes, whatever follows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const auto reply = dim::server::parse_tftp_reply(datagram);
    if (!reply) return 0;
    if (dim::server::parse_tftp_reply(datagram.substr(0, 4)) != reply) std::abort();
    return 0;
}
