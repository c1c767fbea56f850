#pragma once

#include "libdim/snmp/value.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

// Before all others of net-snmp.
#include <net-snmp/net-snmp-config.h>
// Then its whole interface.
#include <net-snmp/net-snmp-includes.h>

/// net-snmp itself, for the sources of this module alone.
namespace dim::snmp {

/// Debian's net-snmp is built without NETSNMP_REENTRANT: its lists of requests, users and
/// transports, and the text of its last error, have no lock of their own.
std::mutex& library_lock();

/// Without configuration and MIB files. The lock is held.
void initialise_library();

struct PduFree {
    void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using OwnedPdu = std::unique_ptr<netsnmp_pdu, PduFree>;

ObjectId object_id_of(const oid* parts, std::size_t count);

/// Nothing where there is no value. Errors: invalid_input for a type of which DIM knows no object.
Result<std::optional<Value>> value_of(const netsnmp_variable_list& variable);

}  // namespace dim::snmp
