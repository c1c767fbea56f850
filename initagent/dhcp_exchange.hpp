#pragma once

#include "initagent/bootp_reply.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::agent {

/// How one port gets an address by DHCP (RFC 2131, 4.4.1), without its socket and its clock. The
/// server knows it by its MAC address, as it does the firmware: there is no client identifier.
class DhcpExchange {
public:
    /// TRANSACTION is to be random: it is what an answer is known by.
    DhcpExchange(model::MacAddress mac, std::uint32_t transaction)
        : mac_(mac), transaction_(transaction) {}

    /// What is to be sent to all now, and again while nobody answers: DHCPDISCOVER, or DHCPREQUEST
    /// once there is an offer. ELAPSED since the first one.
    std::string message(std::chrono::seconds elapsed) const;

    enum class Progress {
        none,     ///< not the answer to message()
        offered,  ///< there is another message to send at once
        bound,    ///< answer() has the address
    };
    /// Looks at a datagram from anybody.
    Progress take(std::string_view datagram);
    /// Nobody answered message() in time. An offer that is asked for in vain is forgotten.
    void was_not_answered();

    /// What the server acknowledged.
    const std::optional<BootpReply>& answer() const { return answer_; }

private:
    bool is_ours(const BootpReply& reply) const;

    model::MacAddress mac_;
    std::uint32_t transaction_;
    std::optional<BootpReply> offer_, answer_;
    /// One that names no next server: taken when nobody offers more in time.
    std::optional<BootpReply> lesser_offer_;
    int unanswered_requests_ = 0;
};

}  // namespace dim::agent
