#include "initagent/dhcp_exchange.hpp"

#include <algorithm>
#include <utility>

namespace dim::agent {

namespace {

// RFC 2131, figure 1: where the fields of a message are, as far as a client fills them.
constexpr std::size_t kTransactionField = 4;
constexpr std::size_t kSecondsField = 8;
constexpr std::size_t kFlagsField = 10;
constexpr std::size_t kClientMacField = 28;
constexpr std::size_t kClientOptionsField = 236;
/// What a relay may expect a BOOTP message to have at least (RFC 1542, 2.1).
constexpr std::size_t kLeastSize = 300;

// RFC 2132, 9.6.
constexpr std::uint8_t kDiscover = 1;
constexpr std::uint8_t kOffer = 2;
constexpr std::uint8_t kRequest = 3;
constexpr std::uint8_t kAcknowledged = 5;
constexpr std::uint8_t kRefused = 6;

/// Offers are asked for so many times, then all servers anew.
constexpr int kRequestsLimit = 4;

std::string big_endian_bytes(std::uint64_t number, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t at = size; at-- > 0; number >>= 8)
        bytes[at] = static_cast<char>(number & 0xff);
    return bytes;
}

}  // namespace

std::string DhcpExchange::message(std::chrono::seconds elapsed) const {
    std::string message(kClientOptionsField, '\0');
    message.replace(0, 3, "\x01\x01\x06");  // BOOTREQUEST, Ethernet, 6 bytes of address
    message.replace(kTransactionField, 4, big_endian_bytes(transaction_, 4));
    const auto seconds = std::clamp<std::int64_t>(elapsed.count(), 0, UINT16_MAX);
    message.replace(kSecondsField, 2, big_endian_bytes(static_cast<std::uint64_t>(seconds), 2));
    // An answer to an address that the port does not have yet would not reach us.
    message[kFlagsField] = '\x80';
    std::ranges::copy(mac_.bytes(), message.begin() + kClientMacField);

    message += "\x63\x82\x53\x63";
    const auto append = [&](std::uint8_t code, const std::string& value) {
        message += static_cast<char>(code);
        message += static_cast<char>(value.size());
        message += value;
    };
    append(53, std::string(1, static_cast<char>(offer_ ? kRequest : kDiscover)));
    append(55, "\x01\x03\x0c");  // wanted: netmask, router, host name
    if (offer_) {
        append(50, big_endian_bytes(offer_->client_address.value(), 4));
        append(54, big_endian_bytes(offer_->server_identifier->value(), 4));
    }
    message += '\xff';
    message.resize(std::max(message.size(), kLeastSize), '\0');
    return message;
}

bool DhcpExchange::is_ours(const BootpReply& reply) const {
    return reply.transaction == transaction_ && reply.client_mac == mac_ &&
           reply.server_identifier && !reply.server_identifier->is_unspecified();
}

DhcpExchange::Progress DhcpExchange::take(std::string_view datagram) {
    auto reply = parse_bootp_reply(datagram);
    if (answer_ || !reply || !is_ours(*reply)) return Progress::none;
    const bool has_address = !reply->client_address.is_unspecified();
    if (!offer_) {
        if (reply->message_type != kOffer || !has_address) return Progress::none;
        if (reply->next_server.is_unspecified()) {
            if (!lesser_offer_) lesser_offer_ = *std::move(reply);
            return Progress::none;
        }
        offer_ = *std::move(reply);
        lesser_offer_.reset();
        unanswered_requests_ = 0;
        return Progress::offered;
    }
    if (reply->server_identifier != offer_->server_identifier) return Progress::none;
    if (reply->message_type == kRefused) offer_.reset();  // asked anew when the time has come
    if (reply->message_type != kAcknowledged || !has_address) return Progress::none;
    if (reply->next_server.is_unspecified()) reply->next_server = offer_->next_server;
    answer_ = *std::move(reply);
    return Progress::bound;
}

void DhcpExchange::was_not_answered() {
    if (offer_) {
        if (++unanswered_requests_ == kRequestsLimit) offer_.reset();
    } else if (lesser_offer_) {
        offer_ = std::exchange(lesser_offer_, std::nullopt);
        unanswered_requests_ = 0;
    }
}

}  // namespace dim::agent
