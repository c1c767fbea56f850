#include "libdim/bladecenter/question.hpp"

#include <algorithm>

namespace dim::bladecenter {

using snmp::ObjectId;
using snmp::Value;

Result<void> Question::ask(snmp::Session& session) {
    DIM_TRY(values_, session.get(objects_));
    return {};
}

Result<std::int32_t> Question::number(const ObjectId& object) const {
    DIM_TRY(const Value* value, present(object));
    return snmp::integer_of(object, *value);
}

Result<std::string> Question::text(const ObjectId& object) const {
    DIM_TRY(const Value* value, present(object));
    return snmp::octets_of(object, *value);
}

const Value* Question::find(const ObjectId& object) const {
    const auto found = std::ranges::find(objects_, object);
    if (found == objects_.end()) return nullptr;
    const auto& value = values_[static_cast<std::size_t>(found - objects_.begin())];
    return value ? &*value : nullptr;
}

Result<std::string> Question::text_or_nothing(const ObjectId& object) const {
    return find(object) == nullptr ? Result<std::string>("Not Available") : text(object);
}

Result<const Value*> Question::present(const ObjectId& object) const {
    if (const Value* value = find(object)) return value;
    return fail(ErrorCode::not_found, "the management module has no object " + to_string(object));
}

}  // namespace dim::bladecenter
