#include "libdim/snmp/value.hpp"

#include <array>

namespace dim::snmp {

namespace {

constexpr std::array<const char*, std::variant_size_v<Value>> kTypes{
    "an INTEGER", "an OCTET STRING", "an OBJECT IDENTIFIER", "an unsigned number"};

template <class T>
Result<T> held(const ObjectId& object, const Value& value, const char* wanted) {
    if (const T* found = std::get_if<T>(&value)) return *found;
    return fail(ErrorCode::invalid_input, "object " + to_string(object) + " holds " +
                                              kTypes.at(value.index()) + ", not " + wanted);
}

}  // namespace

Result<std::int32_t> integer_of(const ObjectId& object, const Value& value) {
    return held<std::int32_t>(object, value, kTypes[0]);
}

Result<std::string> octets_of(const ObjectId& object, const Value& value) {
    return held<std::string>(object, value, kTypes[1]);
}

}  // namespace dim::snmp
