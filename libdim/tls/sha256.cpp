#include "libdim/tls/sha256.hpp"

#include "libdim/base/text.hpp"

#include <mbedtls/sha256.h>

namespace dim::tls {

// The calls that return something fail only with a hardware engine, which we do not have.

struct Sha256::State {
    mbedtls_sha256_context context{};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    mbedtls_sha256_init(&state_->context);
    mbedtls_sha256_starts_ret(&state_->context, 0);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    mbedtls_sha256_update_ret(&state_->context,
                              reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest{};
    mbedtls_sha256_finish_ret(&state_->context, digest.data());
    mbedtls_sha256_starts_ret(&state_->context, 0);
    return digest;
}

std::string to_hex(const Sha256Digest& digest) {
    return dim::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return to_hex(hash.finish());
}

}  // namespace dim::tls
