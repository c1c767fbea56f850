#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// An IPv4 address (RFC 791).
class Ipv4Address {
public:
    constexpr Ipv4Address() = default;
    /// VALUE in host byte order: 10.0.0.1 is 0x0a000001.
    explicit constexpr Ipv4Address(std::uint32_t value) : value_(value) {}

    /// Dotted decimal, four parts, no leading zeros. Errors: invalid_input.
    static Result<Ipv4Address> parse(std::string_view text);

    constexpr std::uint32_t value() const { return value_; }
    constexpr bool is_unspecified() const { return value_ == 0; }
    auto operator<=>(const Ipv4Address&) const = default;

private:
    std::uint32_t value_ = 0;
};

std::string to_string(Ipv4Address address);

/// A network address and its prefix length (RFC 4632): 10.1.0.0/16. No host bits are set.
class Ipv4Network {
public:
    /// "10.1.0.0/16"; the prefix is 8 to 30. Errors: invalid_input, for host bits too.
    static Result<Ipv4Network> parse(std::string_view text);
    /// The network that ADDRESS is in, given a netmask with contiguous ones. Errors: invalid_input.
    static Result<Ipv4Network> of(Ipv4Address address, Ipv4Address netmask);

    Ipv4Address address() const { return address_; }
    int prefix_length() const { return prefix_length_; }
    Ipv4Address netmask() const { return Ipv4Address(mask()); }
    Ipv4Address broadcast() const { return Ipv4Address(address_.value() | ~mask()); }
    bool contains(Ipv4Address address) const {
        return (address.value() & mask()) == address_.value();
    }
    /// True for an address a host may have: neither the network's own nor its broadcast address.
    bool contains_host(Ipv4Address address) const {
        return contains(address) && address != address_ && address != broadcast();
    }
    auto operator<=>(const Ipv4Network&) const = default;

private:
    Ipv4Network(Ipv4Address address, int prefix_length)
        : address_(address), prefix_length_(prefix_length) {}
    std::uint32_t mask() const { return ~std::uint32_t{0} << (32 - prefix_length_); }

    Ipv4Address address_;
    int prefix_length_;
};

std::string to_string(const Ipv4Network& network);

}  // namespace dim::model
