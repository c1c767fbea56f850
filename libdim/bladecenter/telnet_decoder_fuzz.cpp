#include "libdim/bladecenter/telnet_decoder.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {
dim::testing::Goal answers("an option that is answered");
}  // namespace

dim::testing::Seeds dim::testing::fuzz_seeds() {
    using namespace std::string_literals;
    return {{"login", "\xff\xfb\x01\xff\xfb\x03\r\nusername: "s},
            {"subnegotiation", "\xff\xfa\x18\x01\xff\xf0system> "s},
            {"asks", "\xff\xfd\x18\xff\xfe\x18"s}};
}

/// In one piece and byte by byte are the same; nothing grows, and what was encoded comes back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace bladecenter = dim::bladecenter;
    const std::string text(dim::testing::text_of(data, size));
    const auto whole = bladecenter::TelnetDecoder().decode(text);
    bladecenter::TelnetDecoder decoder;
    bladecenter::TelnetDecoder::Decoded pieces;
    for (const char c : text) {
        const auto piece = decoder.decode({&c, 1});
        pieces.data += piece.data;
        pieces.answer += piece.answer;
    }
    if (whole.data != pieces.data || whole.answer != pieces.answer) std::abort();
    if (whole.data.size() > size || whole.answer.size() > size) std::abort();
    if (!whole.answer.empty()) answers.reach();
    std::string typed = text;
    std::erase(typed, '\0');
    if (bladecenter::TelnetDecoder().decode(bladecenter::telnet_encoded(typed)).data != typed)
        std::abort();
    return 0;
}
