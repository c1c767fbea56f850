#pragma once

#include "qemu-tests/chassis/chassis.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::chassis {

/// Who may ask.
struct Access {
    std::string community = "private";
    /// SNMPv3: net-snmp's words behind createUser(snmpd.conf(5)): "dim SHA passphrase DES
    /// passphrase".
    std::optional<std::string> user = {};
};

/// The SNMP agent of a management module: net-snmp's master agent with our objects only, without
/// configuration files, state or privileges. Versions 1 and 3; there is one in a process.
class Agent {
public:
    /// Nothing when ADDRESS ("127.0.0.1:0") cannot be bound, or the user is wrong.
    static std::optional<Agent> listen(Chassis& chassis, const std::string& address,
                                       const Access& access);

    int socket() const { return socket_; }
    std::uint16_t port() const;
    /// Answers one request that has come.
    void answer();
    /// Takes one request and forgets it.
    void drop();
    /// Answers tooBig to more than COUNT objects in one request; 0: never.
    void set_object_limit(int count);
    /// Or does what they say, and answers nothing to them.
    void answer_commands(bool shall);
    /// The module has restarted: users of version 3 must learn its time anew.
    void count_boot();
    /// A defect: users of version 3 are told one time and refused with it, from now on.
    static void confuse_time();

private:
    explicit Agent(int socket) : socket_(socket) {}
    int socket_;
};

}  // namespace dim::chassis
