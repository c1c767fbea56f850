#include "imageserver/tftp/tftp_probe.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {
dim::testing::Goal files("a file");
dim::testing::Goal refusals("a refusal");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace std::string_literals;
    return {{"data", "\0\3\0\1kernel"s}, {"refusal", "\0\5\0\1File not found\0"s}};
}

/// An answer is told by its first bytes, whatever follows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const auto reply = dim::server::parse_tftp_reply(datagram);
    if (!reply) return 0;
    if (dim::server::parse_tftp_reply(datagram.substr(0, 4)) != reply) std::abort();
    (*reply == dim::server::TftpReply::data ? files : refusals).reach();
    return 0;
}
