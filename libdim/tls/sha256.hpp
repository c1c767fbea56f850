#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace dim::tls {

using Sha256Digest = std::array<unsigned char, 32>;

/// SHA-256 (FIPS 180-4) of bytes that come one after the other.
class [[nodiscard]] Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();

    void add(std::string_view bytes);
    /// Of all that was added since the last call; the next digest begins.
    Sha256Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// 64 lower-case hexadecimal digits.
std::string to_hex(const Sha256Digest& digest);

/// SHA-256 of BYTES, 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace dim::tls
