#include "imageserver/dns/dns_message.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {
dim::testing::Goal answers("an answer with a serial number");
}  // namespace

/// named 9.18's answer, with names put together.
dim::testing::Seeds dim::testing::fuzz_seeds() {
    const std::string question = server::soa_query(0x1234, "demo.cluster").value().substr(12);
    return {{"answer",
             std::string("\x12\x34\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00", 12) + question +
                 std::string("\xc0\x0c\x00\x06\x00\x01\x00\x00\x0e\x10\x00\x28"
                             "\x04is01\xc0\x0c\x0ahostmaster\xc0\x0c\x69\x20\x00\x11"
                             "\x00\x00\x0e\x10\x00\x00\x02\x58\x00\x09\x3a\x80\x00\x00\x02\x58",
                             12 + 7 + 13 + 4 + 16)}};
}

/// An answer ends where it says, and is one to its own question only.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    if (size < 2) return 0;
    const auto id = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    const auto serial = dim::server::parse_soa_answer(id, datagram);
    if (!serial) return 0;
    if (dim::server::parse_soa_answer(id, std::string(datagram) + "more")) std::abort();
    if (dim::server::parse_soa_answer(static_cast<std::uint16_t>(id + 1), datagram)) std::abort();
    answers.reach();
    return 0;
}
