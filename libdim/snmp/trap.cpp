#include "libdim/snmp/trap.hpp"

#include "libdim/snmp/library.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace dim::snmp {

namespace {

/// snmpTrapOID.0 (RFC 3418), which says what a trap of version 2c is.
const ObjectId kTrapObject{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

std::unexpected<Error> no_trap(const char* why) {
    return fail(ErrorCode::invalid_input, std::string("no trap of SNMP: ") + why);
}

/// Errors: limit_exceeded.
Result<std::vector<Binding>> bindings_of(const netsnmp_pdu& pdu) {
    std::vector<Binding> bindings;
    for (const auto* variable = pdu.variables; variable != nullptr;
         variable = variable->next_variable) {
        if (bindings.size() == kTrapBindingsLimit)
            return fail(ErrorCode::limit_exceeded, "a trap with too many objects");
        auto value = value_of(*variable);
        if (!value || !*value) continue;
        bindings.push_back(
            {object_id_of(variable->name, variable->name_length), **std::move(value)});
    }
    return bindings;
}

/// What a trap of version 2c would be in version 1 (RFC 3584, section 3.2).
Result<void> name_trap(Trap& trap) {
    const auto named = std::ranges::find(trap.bindings, kTrapObject, &Binding::object);
    const auto* const id =
        named == trap.bindings.end() ? nullptr : std::get_if<ObjectId>(&named->value);
    if (id == nullptr || id->parts().size() < 3) return no_trap("it does not say what it is");
    std::vector<ObjectId::Part> parts = id->parts();
    trap.number = static_cast<std::int32_t>(parts.back());
    parts.pop_back();
    if (parts.back() == 0) parts.pop_back();
    trap.enterprise = ObjectId(std::move(parts));
    trap.is_own = true;
    return {};
}

/// The lock is held.
Result<Trap> trap_of(const netsnmp_pdu& pdu, Trap trap) {
    DIM_TRY(trap.bindings, bindings_of(pdu));
    if (pdu.command == SNMP_MSG_TRAP2 && pdu.version == SNMP_VERSION_2c) {
        DIM_CHECK(name_trap(trap));
        return trap;
    }
    if (pdu.command != SNMP_MSG_TRAP || pdu.version != SNMP_VERSION_1)
        return no_trap("it is another message");
    trap.enterprise = object_id_of(pdu.enterprise, pdu.enterprise_length);
    trap.is_own = pdu.trap_type == SNMP_TRAP_ENTERPRISESPECIFIC;
    trap.number = static_cast<std::int32_t>(trap.is_own ? pdu.specific_type : pdu.trap_type);
    return trap;
}

}  // namespace

Result<Trap> parse_trap(std::string_view datagram) {
    if (datagram.empty() || datagram.size() > kTrapBytes) return no_trap("its length");
    const std::scoped_lock lock(library_lock());
    initialise_library();
    std::vector<u_char> bytes(datagram.begin(), datagram.end());
    std::size_t left = bytes.size();
    std::array<u_char, COMMUNITY_MAX_LEN + 1> community{};
    std::size_t community_size = COMMUNITY_MAX_LEN;
    const OwnedPdu pdu(snmp_pdu_create(0));
    u_char* const body =
        snmp_comstr_parse(bytes.data(), &left, community.data(), &community_size, &pdu->version);
    Trap trap;
    if (body != nullptr && community_size <= COMMUNITY_MAX_LEN) {
        const auto* const text = reinterpret_cast<const char*>(community.data());
        trap.community = tls::SecretText(std::string(text, community_size));
    }
    tls::wipe(community.data(), community.size());
    if (body == nullptr) return no_trap("its head");
    if (snmp_pdu_parse(pdu.get(), body, &left) != 0) return no_trap("its body");
    auto parsed = trap_of(*pdu, std::move(trap));
    tls::wipe(bytes.data(), bytes.size());
    return parsed;
}

bool is_from(const Trap& trap, const Credentials& credentials) {
    const auto* const ours = std::get_if<Community>(&credentials);
    if (ours == nullptr || ours->text.is_empty()) return false;
    const std::string_view wanted = ours->text.view();
    const std::string_view told = trap.community.view();
    unsigned difference = wanted.size() == told.size() ? 0 : 1;
    for (std::size_t i = 0; i < told.size(); ++i)
        difference |= static_cast<unsigned char>(told[i]) ^
                      static_cast<unsigned char>(wanted[i % wanted.size()]);
    return difference == 0;
}

}  // namespace dim::snmp
