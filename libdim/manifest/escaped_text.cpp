#include "libdim/manifest/escaped_text.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::manifest {

namespace {

constexpr std::size_t kEscapeSize = 3;

constexpr bool is_plain(char byte) {
    return byte > ' ' && byte <= '~' && byte != '\\' && byte != '=';
}

bool is_lower_hex(char byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

Result<char> parse_escape(std::string_view escaped) {
    if (escaped.size() < kEscapeSize || !is_lower_hex(escaped[1]) || !is_lower_hex(escaped[2]))
        return fail(ErrorCode::invalid_input,
                    "'" + printable(escaped, kEscapeSize) + "' is no \\xx");
    DIM_TRY(const unsigned char value,
            parse_number<unsigned char>(escaped.substr(1, 2), 0, 255, 16));
    const char byte = static_cast<char>(value);
    if (is_plain(byte))
        return fail(ErrorCode::invalid_input,
                    "'" + std::string(escaped.substr(0, kEscapeSize)) + "' need not be escaped");
    return byte;
}

}  // namespace

void append_escaped(std::string& text, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto special = std::ranges::find_if_not(bytes, is_plain);
        const auto plain = static_cast<std::size_t>(special - bytes.begin());
        text.append(bytes.substr(0, plain));
        bytes.remove_prefix(plain);
        if (bytes.empty()) return;
        text.append("\\").append(to_hex(bytes.substr(0, 1)));
        bytes.remove_prefix(1);
    }
}

std::string escape(std::string_view bytes) {
    std::string text;
    append_escaped(text, bytes);
    return text;
}

Result<std::string> unescape(std::string_view word, std::size_t limit) {
    std::string bytes;
    while (!word.empty()) {
        const auto special = std::ranges::find_if_not(word, is_plain);
        const auto plain = static_cast<std::size_t>(special - word.begin());
        if (bytes.size() + plain + (plain < word.size() ? 1 : 0) > limit)
            return fail(ErrorCode::limit_exceeded, "more than " + std::to_string(limit) + " bytes");
        bytes.append(word.substr(0, plain));
        word.remove_prefix(plain);
        if (word.empty()) break;
        if (word.front() != '\\')
            return fail(ErrorCode::invalid_input, "the byte " + dim::to_hex(word.substr(0, 1)) +
                                                      " (hexadecimal) is not escaped");
        DIM_TRY(const char byte, parse_escape(word));
        bytes += byte;
        word.remove_prefix(kEscapeSize);
    }
    return bytes;
}

}  // namespace dim::manifest
