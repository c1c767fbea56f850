#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dim {

// The number in the SIZE (at most 8) bytes of BYTES from OFFSET on, all of which are there.

inline std::uint64_t big_endian(std::string_view bytes, std::size_t offset, std::size_t size) {
    std::uint64_t number = 0;
    for (const char byte : bytes.substr(offset, size))
        number = number << 8 | static_cast<unsigned char>(byte);
    return number;
}

inline std::uint64_t little_endian(std::string_view bytes, std::size_t offset, std::size_t size) {
    std::uint64_t number = 0;
    for (std::size_t i = size; i-- > 0;)
        number = number << 8 | static_cast<unsigned char>(bytes[offset + i]);
    return number;
}

}  // namespace dim
