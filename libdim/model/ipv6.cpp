#include "libdim/model/ipv6.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace dim::model {

namespace {

constexpr int kShortestPrefix6 = 16;
constexpr int kLongestPrefix6 = 126;
constexpr std::size_t kGroups = 8;

std::uint32_t group_of(const Ipv6Address& address, std::size_t index) {
    return std::uint32_t{address.bytes()[2 * index]} << 8 | address.bytes()[2 * index + 1];
}

/// The bits of byte INDEX that the first PREFIX_LENGTH bits of an address cover.
std::uint8_t mask_of(std::size_t index, int prefix_length) {
    const int bits = std::clamp(prefix_length - static_cast<int>(index) * 8, 0, 8);
    return static_cast<std::uint8_t>(0xff00 >> bits);
}

/// The first group and the length of the longest run of two zero groups or more.
std::pair<std::size_t, std::size_t> longest_zeros(const Ipv6Address& address) {
    std::pair<std::size_t, std::size_t> longest{kGroups, 1};
    for (std::size_t first = 0; first < kGroups; ++first) {
        std::size_t end = first;
        while (end < kGroups && group_of(address, end) == 0)
            ++end;
        if (end - first > longest.second) longest = {first, end - first};
    }
    return longest;
}

}  // namespace

Result<Ipv6Address> Ipv6Address::parse(std::string_view text) {
    const std::string terminated(text);
    Bytes bytes{};
    if (text.contains('\0') || inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 60) + "' is not an IPv6 address such as fd00:1::1");
    }
    return Ipv6Address(bytes);
}

std::string to_string(const Ipv6Address& address) {
    const auto [zeros, length] = longest_zeros(address);
    std::string text;
    for (std::size_t i = 0; i < kGroups; ++i) {
        if (i == zeros) {
            text += "::";
            i += length - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        std::array<char, 4> digits{};
        const auto end = std::to_chars(digits.begin(), digits.end(), group_of(address, i), 16).ptr;
        text.append(digits.begin(), end);
    }
    return text;
}

Result<Ipv6Network> Ipv6Network::parse(std::string_view text) {
    const auto pieces = split(text, '/');
    if (pieces.size() != 2) {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 60) + "' is not an IPv6 network such as fd00:1::/64");
    }
    DIM_TRY(const Ipv6Address address, Ipv6Address::parse(pieces[0]));
    DIM_TRY(const int prefix_length,
            parse_number<int>(pieces[1], kShortestPrefix6, kLongestPrefix6));
    Ipv6Address::Bytes bytes = address.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] &= mask_of(i, prefix_length);
    const Ipv6Network network(Ipv6Address(bytes), prefix_length);
    if (network.address() != address) {
        return fail(
            Error(ErrorCode::invalid_input, "network " + printable(text, 60) + " has host bits set")
                .with_cure("write " + to_string(network)));
    }
    return network;
}

Ipv6Address Ipv6Network::last() const {
    Ipv6Address::Bytes bytes = address_.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] |= static_cast<std::uint8_t>(~mask_of(i, prefix_length_));
    }
    return Ipv6Address(bytes);
}

bool Ipv6Network::contains(const Ipv6Address& address) const {
    return address >= address_ && address <= last();
}

std::string to_string(const Ipv6Network& network) {
    return to_string(network.address()) + '/' + std::to_string(network.prefix_length());
}

}  // namespace dim::model
