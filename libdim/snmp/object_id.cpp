#include "libdim/snmp/object_id.hpp"

#include <algorithm>

namespace dim::snmp {

ObjectId ObjectId::below(std::initializer_list<Part> parts) const {
    ObjectId longer = *this;
    longer.parts_.insert(longer.parts_.end(), parts);
    return longer;
}

bool ObjectId::is_below(const ObjectId& root) const {
    return parts_.size() > root.parts_.size() &&
           std::equal(root.parts_.begin(), root.parts_.end(), parts_.begin());
}

std::string to_string(const ObjectId& object) {
    std::string text;
    for (const ObjectId::Part part : object.parts())
        text += (text.empty() ? "" : ".") + std::to_string(part);
    return text;
}

}  // namespace dim::snmp
