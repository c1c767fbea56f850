#pragma once

#include "libdim/base/result.hpp"
#include "libdim/snmp/object_id.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace dim::snmp {

/// What an object holds (RFC 3416): INTEGER; OCTET STRING, any bytes; OBJECT IDENTIFIER; Gauge32,
/// Counter32 and TimeTicks.
using Value = std::variant<std::int32_t, std::string, ObjectId, std::uint32_t>;

/// An object and what it holds.
struct Binding {
    ObjectId object;
    Value value;
    bool operator==(const Binding&) const = default;
};

/// The INTEGER that OBJECT holds. Errors: invalid_input for another type.
Result<std::int32_t> integer_of(const ObjectId& object, const Value& value);
/// The OCTET STRING. Errors: invalid_input for another type.
Result<std::string> octets_of(const ObjectId& object, const Value& value);

}  // namespace dim::snmp
