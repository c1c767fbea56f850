#pragma once

#include "libdim/base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// An IPv6 address (RFC 4291).
class Ipv6Address {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    constexpr Ipv6Address() = default;
    explicit constexpr Ipv6Address(const Bytes& bytes) : bytes_(bytes) {}

    /// Any form of RFC 4291, section 2.2, without a zone. Errors: invalid_input.
    static Result<Ipv6Address> parse(std::string_view text);

    constexpr const Bytes& bytes() const { return bytes_; }
    auto operator<=>(const Ipv6Address&) const = default;

private:
    Bytes bytes_{};
};

/// The form of RFC 5952: lower case, the longest run of zeros as "::".
std::string to_string(const Ipv6Address& address);

/// An IPv6 prefix: fd00:1::/64. No host bits are set.
class Ipv6Network {
public:
    /// "fd00:1::/64"; the prefix is 16 to 126. Errors: invalid_input, for host bits too.
    static Result<Ipv6Network> parse(std::string_view text);

    const Ipv6Address& address() const { return address_; }
    int prefix_length() const { return prefix_length_; }
    Ipv6Address last() const;
    bool contains(const Ipv6Address& address) const;
    /// True for an address a host may have: not the subnet-router anycast address (RFC
    /// 4291, 2.6.1).
    bool contains_host(const Ipv6Address& address) const {
        return contains(address) && address != address_;
    }
    auto operator<=>(const Ipv6Network&) const = default;

private:
    Ipv6Network(const Ipv6Address& address, int prefix_length)
        : address_(address), prefix_length_(prefix_length) {}
    Ipv6Address address_;
    int prefix_length_;
};

std::string to_string(const Ipv6Network& network);

}  // namespace dim::model
