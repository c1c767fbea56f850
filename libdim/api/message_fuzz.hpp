#pragma once

#include "libdim/api/json.hpp"
#include "libdim/testing/fuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

namespace dim::api {

/// "BladeStatus"
template <class Message>
std::string name_of() {
    const std::string_view here = __PRETTY_FUNCTION__;
    const std::size_t end = here.find_last_not_of(']') + 1;
    const std::size_t begin = here.find_last_of(": ", end - 1) + 1;
    return std::string(here.substr(begin, end - begin));
}

/// Each message is one to be reached.
template <class Message>
struct ReadAgain {
    static inline testing::Goal goal{name_of<Message>() + " read, written and read again"};
};

/// Whatever is read is written so that it reads the same again, and writes the same.
template <class Message>
void check_fixed_point(std::string_view text) {
    const auto message = parse<Message>(text);
    if (!message) return;
    const std::string written = to_json(*message);
    const auto again = parse<Message>(written);
    if (!again || !(*again == *message) || to_json(*again) != written) std::abort();
    ReadAgain<Message>::goal.reach();
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
/// itself or edits of the sample's. SAMPLES: a tuple.
template <class Samples>
void check_one_of(const Samples& samples, const std::uint8_t* data, std::size_t size) {
    if (size == 0) return;
    const std::span rest(data + 1, size - 1);
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
    const bool is_edit = (data[0] & 0x80) != 0;
    std::size_t index = (data[0] & 0x7f) % std::tuple_size_v<Samples>;
    const auto check = [&]<class Message>(const Message& sample) {
        if (index-- == 0)
            check_fixed_point<Message>(is_edit ? edited(to_json(sample), rest) : std::string(text));
    };
    std::apply([&](const auto&... each) { (check(each), ...); }, samples);
}

/// Each sample as the input that chooses it, and one edit of each.
template <class Samples>
testing::Seeds seeds_of(const Samples& samples) {
    testing::Seeds seeds;
    char index = 0;
    const auto add = [&]<class Message>(const Message& sample) {
        seeds[name_of<Message>()] = index + to_json(sample);
        seeds[name_of<Message>() + "-edited"] =
            std::string{static_cast<char>(index | 0x80), 0, 1, '"'};
        ++index;
    };
    std::apply([&](const auto&... each) { (add(each), ...); }, samples);
    return seeds;
}

}  // namespace dim::api
