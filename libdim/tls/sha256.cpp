#include "libdim/tls/sha256.hpp"

#include "libdim/base/text.hpp"

#include <array>

#include <mbedtls/sha256.h>

namespace dim::tls {

std::string sha256(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    // Fails only with a hardware engine, which we do not have.
    mbedtls_sha256_ret(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                       digest.data(), 0);
    return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace dim::tls
