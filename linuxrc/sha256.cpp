#include "linuxrc/sha256.hpp"

#include "libdim/base/text.hpp"

#include <array>

#include <mbedtls/sha256.h>

namespace dim::linuxrc {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    // Fails only with hardware acceleration that is not built in.
    static_cast<void>(mbedtls_sha256_ret(reinterpret_cast<const unsigned char*>(bytes.data()),
                                         bytes.size(), digest.data(), 0));
    return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace dim::linuxrc
