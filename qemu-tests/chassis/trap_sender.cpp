#include "qemu-tests/chassis/trap_sender.hpp"

#include <arpa/inet.h>
#include <array>

// Before all others of net-snmp.
#include <net-snmp/net-snmp-config.h>
// Then its whole interface, and the agent's.
#include <net-snmp/net-snmp-includes.h>
// The agent's.
#include <net-snmp/agent/net-snmp-agent-includes.h>

namespace dim::chassis {

namespace {

constexpr std::array<oid, 10> kEnterprise{1, 3, 6, 1, 4, 1, 2, 6, 158, 3};

void add_trap_value(netsnmp_pdu& pdu, oid number, u_char type, const void* value,
                    std::size_t size) {
    std::vector<oid> name(kEnterprise.begin(), kEnterprise.end());
    name.insert(name.end(), {1, 1, number, 0});
    snmp_pdu_add_variable(&pdu, name.data(), name.size(), type, value, size);
}

void add_trap_text(netsnmp_pdu& pdu, oid number, const std::string& text) {
    add_trap_value(pdu, number, ASN_OCTET_STR, text.data(), text.size());
}

void add_trap_number(netsnmp_pdu& pdu, oid number, long value) {
    add_trap_value(pdu, number, ASN_INTEGER, &value, sizeof value);
}

/// spTrapInfo: what a real module tells, by number.
void fill_trap(netsnmp_pdu& pdu, const ChassisEvent& event) {
    pdu.enterprise = static_cast<oid*>(netsnmp_memdup(kEnterprise.data(), sizeof kEnterprise));
    pdu.enterprise_length = kEnterprise.size();
    pdu.trap_type = SNMP_TRAP_ENTERPRISESPECIFIC;
    pdu.specific_type = static_cast<long>(*event.trap);
    pdu.time = netsnmp_get_agent_uptime();
    add_trap_text(pdu, 1,
                  "Date(m/d/y)=" + date_of(event.time) + ", Time(h:m:s)=" + time_of(event.time));
    add_trap_text(pdu, 2, "BladeCenter Management Module");
    add_trap_text(pdu, 3, "emulated-chassis");
    add_trap_text(pdu, 5, "KPEMU01");
    add_trap_number(pdu, 6, 128);
    add_trap_number(pdu, 7, event.severity == "ERR" ? 0 : event.severity == "WARN" ? 2 : 4);
    add_trap_text(pdu, 8, event.text);
    add_trap_text(pdu, 11, event.bay == 0 ? "" : event.name);
    add_trap_text(pdu, 15, event.bay == 0 ? "MM_1" : "Blade_" + std::to_string(event.bay));
}

}  // namespace

void TrapSender::send(const ChassisEvent& event) const {
    if (!event.trap) return;
    for (const std::string& receiver : receivers_) {
        std::string peer = "udp:" + receiver;
        std::string community = community_;
        std::string source = source_;
        netsnmp_session wanted{};
        snmp_sess_init(&wanted);
        wanted.version = SNMP_VERSION_1;
        wanted.peername = peer.data();
        wanted.localname = source.data();
        wanted.community = reinterpret_cast<u_char*>(community.data());
        wanted.community_len = community.size();
        void* const session = snmp_sess_open(&wanted);
        if (session == nullptr) continue;
        netsnmp_pdu* const pdu = snmp_pdu_create(SNMP_MSG_TRAP);
        ::inet_pton(AF_INET, source_.c_str(), pdu->agent_addr);
        fill_trap(*pdu, event);
        if (snmp_sess_send(session, pdu) == 0) snmp_free_pdu(pdu);
        snmp_sess_close(session);
    }
}

}  // namespace dim::chassis
