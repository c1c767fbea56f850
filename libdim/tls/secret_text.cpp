#include "libdim/tls/secret_text.hpp"

#include <utility>

#include <mbedtls/platform_util.h>

namespace dim::tls {

void wipe(void* memory, std::size_t size) { mbedtls_platform_zeroize(memory, size); }

// A short text lies inside the string object itself, so moving copies it: always wipe the source.
SecretText::SecretText(std::string&& text) : text_(text) {
    wipe(text.data(), text.size());
    text.clear();
}

SecretText::SecretText(SecretText&& other) noexcept { *this = std::move(other); }

SecretText& SecretText::operator=(SecretText&& other) noexcept {
    if (this != &other) {
        wipe(text_.data(), text_.size());
        text_.clear();
        text_.swap(other.text_);
        wipe(other.text_.data(), other.text_.capacity());
    }
    return *this;
}

SecretText::~SecretText() { wipe(text_.data(), text_.size()); }

}  // namespace dim::tls
