#pragma once

#include "libdim/api/json.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

namespace dim::api {

/// Whatever is read is written so that it reads the same again, and writes the same.
template <class Message>
void check_fixed_point(std::string_view text) {
    const auto message = parse<Message>(text);
    if (!message) return;
    const std::string written = to_json(*message);
    const auto again = parse<Message>(written);
    if (!again || !(*again == *message) || to_json(*again) != written) std::abort();
}

/// A valid text with some bytes replaced: each three bytes of EDITS are a place and what goes
/// there. Without it a fuzzer would need very long to come by a whole message.
inline std::string edited(std::string text, std::span<const std::uint8_t> edits) {
    for (std::size_t i = 0; i + 2 < edits.size(); i += 3) {
        const std::size_t place = edits[i] * std::size_t{256} + edits[i + 1];
        text[place % text.size()] = static_cast<char>(edits[i + 2]);
    }
    return text;
}

/// The first byte of the input chooses the message; its highest bit, whether the rest is the text
/// itself or edits of the sample's.
template <class... Messages>
void check_one_of(const std::uint8_t* data, std::size_t size, const Messages&... samples) {
    if (size == 0) return;
    const std::span rest(data + 1, size - 1);
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const bool is_edit = (data[0] & 0x80) != 0;
    std::size_t index = (data[0] & 0x7f) % sizeof...(Messages);
    ((index-- == 0 ? check_fixed_point<Messages>(is_edit ? edited(to_json(samples), rest)
                                                         : std::string(text))
                   : void()),
     ...);
}

}  // namespace dim::api
