#include "libdim/model/ipv4.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <bit>

namespace dim::model {

namespace {
constexpr int kShortestPrefix4 = 8;
constexpr int kLongestPrefix4 = 30;
}  // namespace

Result<Ipv4Address> Ipv4Address::parse(std::string_view text) {
    const auto pieces = split(text, '.');
    std::uint32_t value = 0;
    bool valid = pieces.size() == 4;
    for (const auto piece : pieces) {
        const auto part = parse_number<std::uint8_t>(piece);
        valid = valid && part && (piece.size() == 1 || piece.front() != '0');
        value = value << 8 | part.value_or(0);
    }
    if (!valid) {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 40) + "' is not an IPv4 address such as 10.1.0.1");
    }
    return Ipv4Address(value);
}

std::string to_string(Ipv4Address address) {
    const std::uint32_t value = address.value();
    return std::to_string(value >> 24) + '.' + std::to_string(value >> 16 & 255) + '.' +
           std::to_string(value >> 8 & 255) + '.' + std::to_string(value & 255);
}

Result<Ipv4Network> Ipv4Network::parse(std::string_view text) {
    const auto pieces = split(text, '/');
    if (pieces.size() != 2) {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 40) + "' is not a network such as 10.1.0.0/16");
    }
    DIM_TRY(const Ipv4Address address, Ipv4Address::parse(pieces[0]));
    DIM_TRY(const int prefix_length,
            parse_number<int>(pieces[1], kShortestPrefix4, kLongestPrefix4));
    const Ipv4Network network(address, prefix_length);
    if (!network.contains(address)) {
        const Ipv4Network meant(Ipv4Address(address.value() & network.mask()), prefix_length);
        return fail(
            Error(ErrorCode::invalid_input, "network " + printable(text, 40) + " has host bits set")
                .with_cure("write " + to_string(meant)));
    }
    return network;
}

Result<Ipv4Network> Ipv4Network::of(Ipv4Address address, Ipv4Address netmask) {
    const int prefix_length = std::countl_one(netmask.value());
    if (prefix_length < kShortestPrefix4 || prefix_length > kLongestPrefix4 ||
        netmask.value() << prefix_length != 0) {
        return fail(ErrorCode::invalid_input,
                    to_string(netmask) + " is not the netmask of a network of hosts");
    }
    return Ipv4Network(Ipv4Address(address.value() & netmask.value()), prefix_length);
}

std::string to_string(const Ipv4Network& network) {
    return to_string(network.address()) + '/' + std::to_string(network.prefix_length());
}

}  // namespace dim::model
