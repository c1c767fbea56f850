#include "libdim/tls/sha256.hpp"

#include "libdim/base/text.hpp"

#include <exception>
#include <openssl/evp.h>

namespace dim::tls {

namespace {

// Looked for once: a search costs more than the digest of a small file.
const EVP_MD* algorithm() {
    static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    return found;
}

/// What fails only without memory, or without the algorithm that every libcrypto has. A digest
/// that is none must not be taken for one.
void require(int succeeded) {
    if (succeeded != 1) std::terminate();
}

}  // namespace

struct Sha256::State {
    State() { require(EVP_DigestInit_ex2(context.get(), algorithm(), nullptr)); }

    struct Free {
        void operator()(EVP_MD_CTX* unused) const { EVP_MD_CTX_free(unused); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
    require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

Sha256Digest Sha256::finish() {
    Sha256Digest digest{};
    require(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr));
    require(EVP_DigestInit_ex2(state_->context.get(), algorithm(), nullptr));
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
