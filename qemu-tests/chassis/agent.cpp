#include "qemu-tests/chassis/agent.hpp"

#include <array>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

// Before all others of net-snmp.
#include <net-snmp/net-snmp-config.h>
// Then its whole interface, and the agent's.
#include <net-snmp/net-snmp-includes.h>
// The agent's.
#include <net-snmp/agent/net-snmp-agent-includes.h>
// What they leave out.
#include <net-snmp/agent/agent_callbacks.h>

namespace dim::chassis {

namespace {

/// What net-snmp's callbacks, which are functions, know.
struct Served {
    Chassis* chassis = nullptr;
    Access access;
    std::string user_name;
    int object_limit = 0;
    bool answers_commands = true;
    bool is_command = false;  ///< what is being answered
    decltype(netsnmp_transport::f_send) send = nullptr;
};
Served& served() {
    static Served one;
    return one;
}

ObjectName name_of(const netsnmp_variable_list& variable) {
    return {variable.name, variable.name + variable.name_length};
}

void put_value(netsnmp_variable_list& variable, const ObjectValue& value) {
    if (const int* number = std::get_if<int>(&value)) {
        const long wide = *number;
        snmp_set_var_typed_value(&variable, ASN_INTEGER, &wide, sizeof wide);
    } else if (const auto* text = std::get_if<std::string>(&value)) {
        snmp_set_var_typed_value(&variable, ASN_OCTET_STR, text->data(), text->size());
    } else {
        const auto& parts = std::get<ObjectName>(value);
        const std::vector<oid> wide(parts.begin(), parts.end());
        snmp_set_var_typed_value(&variable, ASN_OBJECT_ID, wide.data(), wide.size() * sizeof(oid));
    }
}

void get(netsnmp_request_info& request) {
    const auto& objects = served().chassis->objects();
    const auto found = objects.find(name_of(*request.requestvb));
    const auto value = found == objects.end() ? std::nullopt : found->second.read();
    if (value) {
        put_value(*request.requestvb, *value);
    } else {
        netsnmp_set_request_error(request.agent_req_info, &request, SNMP_NOSUCHINSTANCE);
    }
}

void get_next(netsnmp_request_info& request) {
    const auto& objects = served().chassis->objects();
    const ObjectName asked = name_of(*request.requestvb);
    for (auto at = request.inclusive != 0 ? objects.lower_bound(asked) : objects.upper_bound(asked);
         at != objects.end(); ++at) {
        const std::vector<oid> name(at->first.begin(), at->first.end());
        if (snmp_oid_compare(name.data(), name.size(), request.range_end, request.range_end_len) >=
            0)
            return;  // the next subtree's
        if (const auto value = at->second.read()) {
            snmp_set_var_objid(request.requestvb, name.data(), name.size());
            put_value(*request.requestvb, *value);
            return;
        }
    }
}

void set(netsnmp_request_info& request, bool try_only) {
    const auto& objects = served().chassis->objects();
    const auto found = objects.find(name_of(*request.requestvb));
    const netsnmp_variable_list& variable = *request.requestvb;
    ObjectValue value;
    if (variable.type == ASN_INTEGER) value = static_cast<int>(*variable.val.integer);
    if (variable.type == ASN_OCTET_STR)
        value = std::string(reinterpret_cast<const char*>(variable.val.string), variable.val_len);
    int error = SNMP_ERR_NOERROR;
    if (found == objects.end() || !found->second.write) {
        error = SNMP_ERR_NOTWRITABLE;
    } else if (!found->second.write(value, try_only)) {
        error = SNMP_ERR_WRONGVALUE;
    }
    if (error != SNMP_ERR_NOERROR)
        netsnmp_set_request_error(request.agent_req_info, &request, error);
}

/// net-snmp's Netsnmp_Node_Handler.
int handle(netsnmp_mib_handler* /*handler*/, netsnmp_handler_registration* /*registration*/,
           netsnmp_agent_request_info* info, netsnmp_request_info* requests) {
    int count = 0;
    for (const auto* request = requests; request != nullptr; request = request->next)
        ++count;
    const bool is_too_big = served().object_limit > 0 && count > served().object_limit;
    for (auto* request = requests; request != nullptr; request = request->next) {
        request->agent_req_info = info;
        if (is_too_big) {
            netsnmp_set_request_error(info, request, SNMP_ERR_TOOBIG);
            return SNMP_ERR_NOERROR;
        }
        switch (info->mode) {
            case MODE_GET: get(*request); break;
            case MODE_GETNEXT: get_next(*request); break;
            case MODE_SET_RESERVE1: set(*request, true); break;
            case MODE_SET_ACTION:
                served().is_command = true;
                set(*request, false);
                break;
            default: break;
        }
    }
    return SNMP_ERR_NOERROR;
}

/// Of the transport.
int send_answer(netsnmp_transport* transport, const void* bytes, int size, void** to,
                int* to_size) {
    const bool is_command = std::exchange(served().is_command, false);
    if (is_command && !served().answers_commands) return size;
    return served().send(transport, bytes, size, to, to_size);
}

/// Who may ask: the one community in version 1, the one user, authenticated, in version 3, nobody
/// in version 2c. Version 1 gets no answer otherwise, as from a real module.
int check_access(int /*major*/, int /*minor*/, void* server, void* /*client*/) {
    auto& view = *static_cast<view_parameters*>(server);
    const netsnmp_pdu& pdu = *view.pdu;
    const Access& access = served().access;
    bool may = false;
    if (pdu.version == SNMP_VERSION_1) {
        may = access.community ==
              std::string_view(reinterpret_cast<const char*>(pdu.community), pdu.community_len);
    } else if (pdu.version == SNMP_VERSION_3) {
        may = access.user && pdu.securityLevel >= SNMP_SEC_LEVEL_AUTHNOPRIV &&
              served().user_name == std::string_view(pdu.securityName, pdu.securityNameLen);
    }
    view.errorcode = may ? VACM_SUCCESS : VACM_NOSECNAME;
    return 0;
}

bool serve(const char* name, const std::vector<oid>& root) {
    auto* const registration = netsnmp_create_handler_registration(name, handle, root.data(),
                                                                   root.size(), HANDLER_CAN_RWRITE);
    return registration != nullptr && netsnmp_register_handler(registration) == MIB_REGISTERED_OK;
}

bool create_user(const std::string& words) {
    served().user_name = words.substr(0, words.find(' '));
    std::string line = words;
    std::array<char, 12> token{"createUser"};
    usm_parse_create_usmUser(token.data(), line.data());
    std::size_t length = 0;
    const u_char* const engine = snmpv3_generate_engineID(&length);
    auto* const found =
        usm_get_user(const_cast<u_char*>(engine), length, served().user_name.data());
    std::free(const_cast<u_char*>(engine));
    return found != nullptr;
}

void initialise() {
    for (const int option :
         {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DISABLE_CONFIG_LOAD,
          NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
          NETSNMP_DS_LIB_DONT_PERSIST_STATE})
        netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, option, 1);
    netsnmp_set_mib_directory("");
    ::setenv("MIBS", "", 1);
    ::setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_EMERG);
    init_agent("chassis");
    init_snmp("chassis");
    // Behind the views of net-snmp's own configuration, which is empty and would refuse all.
    for (const int check : {SNMPD_CALLBACK_ACM_CHECK, SNMPD_CALLBACK_ACM_CHECK_INITIAL})
        netsnmp_register_callback(SNMP_CALLBACK_APPLICATION, check, check_access, nullptr,
                                  NETSNMP_CALLBACK_LOWEST_PRIORITY);
}

}  // namespace

std::optional<Agent> Agent::listen(Chassis& chassis, const std::string& address,
                                   const Access& access) {
    served() = {.chassis = &chassis, .access = access, .user_name = {}};
    initialise();
    if (access.user && !create_user(*access.user)) return std::nullopt;
    if (!serve("system", {1, 3, 6, 1, 2, 1, 1}) ||
        !serve("mmblade", {1, 3, 6, 1, 4, 1, 2, 3, 51, 2}))
        return std::nullopt;
    netsnmp_transport* const transport =
        netsnmp_transport_open_server("snmp", ("udp:" + address).c_str());
    if (transport == nullptr) return std::nullopt;
    served().send = std::exchange(transport->f_send, send_answer);
    const int socket = transport->sock;
    if (netsnmp_register_agent_nsap(transport) == 0) return std::nullopt;
    return Agent(socket);
}

std::uint16_t Agent::port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void Agent::answer() { agent_check_and_process(0); }

void Agent::drop() {
    char nothing = 0;
    static_cast<void>(::recv(socket_, &nothing, sizeof nothing, MSG_DONTWAIT));
}

void Agent::set_object_limit(int count) { served().object_limit = count; }

void Agent::answer_commands(bool shall) { served().answers_commands = shall; }

void Agent::confuse_time() {
    // Takes the number of boots before this one.
    std::string before = std::to_string(snmpv3_local_snmpEngineBoots());
    engineBoots_conf("engineBoots", before.data());
}

void Agent::count_boot() {
    confuse_time();
    // What it says of itself it looks up here, and not there.
    std::size_t length = 0;
    u_char* const engine = snmpv3_generate_engineID(&length);
    set_enginetime(engine, static_cast<u_int>(length),
                   static_cast<u_int>(snmpv3_local_snmpEngineBoots()),
                   static_cast<u_int>(snmpv3_local_snmpEngineTime()), TRUE);
    std::free(engine);
}

}  // namespace dim::chassis
