#include "initagent/bootp_reply.hpp"

#include "libdim/base/text.hpp"

#include <algorithm>
#include <map>

namespace dim::agent {

namespace {

// RFC 2131, figure 1: where the fields are.
constexpr std::size_t kOp = 0;
constexpr std::size_t kHardwareType = 1;
constexpr std::size_t kHardwareLength = 2;
constexpr std::size_t kTransaction = 4;
constexpr std::size_t kClientAddress = 12;
constexpr std::size_t kYourAddress = 16;
constexpr std::size_t kServerAddress = 20;
constexpr std::size_t kClientHardware = 28;
constexpr std::size_t kServerName = 44;
constexpr std::size_t kFile = 108;
constexpr std::size_t kOptions = 236;
constexpr std::string_view kMagicCookie = "\x63\x82\x53\x63";

constexpr char kBootReply = 2;
constexpr char kEthernet = 1;
constexpr char kEthernetLength = 6;

// RFC 2132.
constexpr std::uint8_t kPad = 0;
constexpr std::uint8_t kNetmask = 1;
constexpr std::uint8_t kRouter = 3;
constexpr std::uint8_t kHostName = 12;
constexpr std::uint8_t kOverload = 52;
constexpr std::uint8_t kMessageType = 53;
constexpr std::uint8_t kServerIdentifier = 54;
constexpr std::uint8_t kEnd = 255;

constexpr std::size_t kHostNameLimit = 255;

std::uint8_t byte_of(char c) { return static_cast<std::uint8_t>(c); }

model::Ipv4Address address_at(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(at, 4))
        value = value << 8 | byte_of(byte);
    return model::Ipv4Address(value);
}

std::string bytes_of(model::Ipv4Address address) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(address.value() >> shift & 0xff);
    return bytes;
}

/// Values by code; an option that comes more than once is one long one (RFC 3396).
using Options = std::map<std::uint8_t, std::string>;

Result<void> read_options(std::string_view field, Options& options) {
    while (!field.empty()) {
        const std::uint8_t code = byte_of(field.front());
        if (code == kEnd) return {};
        field.remove_prefix(1);
        if (code == kPad) continue;
        if (field.empty() || byte_of(field.front()) >= field.size()) {
            return fail(ErrorCode::invalid_input,
                        "option " + std::to_string(code) + " is longer than the packet");
        }
        const std::size_t size = byte_of(field.front());
        options[code] += field.substr(1, size);
        field.remove_prefix(1 + size);
    }
    return {};
}

Result<Options> all_options(std::string_view packet) {
    Options options;
    std::string_view field = packet.substr(kOptions);
    if (!field.starts_with(kMagicCookie)) return options;
    field.remove_prefix(kMagicCookie.size());
    DIM_CHECK(read_options(field, options));
    if (const auto overload = options.find(kOverload); overload != options.end()) {
        if (overload->second.size() != 1)
            return fail(ErrorCode::invalid_input, "option 52 is not one byte");
        // RFC 2131, 4.1: first the file field, then the sname field.
        const std::uint8_t used = byte_of(overload->second.front());
        if ((used & 1) != 0)
            DIM_CHECK(read_options(packet.substr(kFile, kOptions - kFile), options));
        if ((used & 2) != 0)
            DIM_CHECK(read_options(packet.substr(kServerName, kFile - kServerName), options));
    }
    return options;
}

enum class Count { one, one_or_more };

Result<std::optional<model::Ipv4Address>> address_option(const Options& options, std::uint8_t code,
                                                         Count count) {
    const auto found = options.find(code);
    if (found == options.end()) return std::nullopt;
    const std::size_t size = found->second.size();
    if (count == Count::one ? size != 4 : size == 0 || size % 4 != 0) {
        return fail(ErrorCode::invalid_input,
                    "option " + std::to_string(code) + " has " + std::to_string(size) + " bytes");
    }
    return address_at(found->second, 0);
}

std::optional<model::MacAddress> client_mac(std::string_view packet) {
    if (packet[kHardwareType] != kEthernet || packet[kHardwareLength] != kEthernetLength)
        return std::nullopt;
    model::MacAddress::Bytes bytes;
    std::ranges::transform(packet.substr(kClientHardware, bytes.size()), bytes.begin(), byte_of);
    auto mac = model::MacAddress::from_bytes(bytes);
    return mac ? std::optional(*mac) : std::nullopt;
}

void append_option(std::string& packet, std::uint8_t code, const std::string& value) {
    packet += static_cast<char>(code);
    packet += static_cast<char>(value.size());
    packet += value;
}

}  // namespace

Result<BootpReply> parse_bootp_reply(std::string_view packet) {
    if (packet.size() > kBootpLimit)
        return fail(ErrorCode::limit_exceeded, "the packet is too long");
    if (packet.size() < kOptions) return fail(ErrorCode::invalid_input, "the packet is too short");
    if (packet[kOp] != kBootReply) return fail(ErrorCode::invalid_input, "not a BOOTREPLY");
    DIM_TRY(const Options options, all_options(packet));

    BootpReply reply;
    reply.transaction = address_at(packet, kTransaction).value();
    if (const auto type = options.find(kMessageType); type != options.end()) {
        if (type->second.size() != 1)
            return fail(ErrorCode::invalid_input, "option 53 is not one byte");
        reply.message_type = byte_of(type->second.front());
    }
    reply.client_mac = client_mac(packet);
    reply.client_address = address_at(packet, kYourAddress);
    if (reply.client_address.is_unspecified())
        reply.client_address = address_at(packet, kClientAddress);
    reply.next_server = address_at(packet, kServerAddress);
    DIM_TRY(reply.netmask, address_option(options, kNetmask, Count::one));
    DIM_TRY(reply.router, address_option(options, kRouter, Count::one_or_more));
    DIM_TRY(reply.server_identifier, address_option(options, kServerIdentifier, Count::one));
    if (const auto name = options.find(kHostName); name != options.end())
        reply.host_name =
            printable(name->second.substr(0, name->second.find('\0')), kHostNameLimit);
    return reply;
}

std::string serialize(const BootpReply& reply) {
    std::string packet(kOptions, '\0');
    packet[kOp] = kBootReply;
    packet.replace(kTransaction, 4, bytes_of(model::Ipv4Address(reply.transaction)));
    if (reply.client_mac) {
        packet[kHardwareType] = kEthernet;
        packet[kHardwareLength] = kEthernetLength;
        std::ranges::copy(reply.client_mac->bytes(), packet.begin() + kClientHardware);
    }
    packet.replace(kYourAddress, 4, bytes_of(reply.client_address));
    packet.replace(kServerAddress, 4, bytes_of(reply.next_server));
    packet += kMagicCookie;
    if (reply.message_type != 0)
        append_option(packet, kMessageType, std::string(1, static_cast<char>(reply.message_type)));
    if (reply.netmask) append_option(packet, kNetmask, bytes_of(*reply.netmask));
    if (reply.router) append_option(packet, kRouter, bytes_of(*reply.router));
    if (!reply.host_name.empty()) append_option(packet, kHostName, reply.host_name);
    if (reply.server_identifier)
        append_option(packet, kServerIdentifier, bytes_of(*reply.server_identifier));
    packet += static_cast<char>(kEnd);
    return packet;
}

}  // namespace dim::agent
