#pragma once

#include "libdim/snmp/session.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dim::bladecenter {

/// The objects of one request and what the module says of them.
class Question {
public:
    void add(snmp::ObjectId object) { objects_.push_back(std::move(object)); }
    Result<void> ask(snmp::Session& session);

    /// Errors: not_found when the module has no such object; invalid_input for another type.
    Result<std::int32_t> number(const snmp::ObjectId& object) const;
    Result<std::string> text(const snmp::ObjectId& object) const;
    /// Nothing when the module has no such object.
    const snmp::Value* find(const snmp::ObjectId& object) const;
    /// As text(), "Not Available" when the module has no such object.
    Result<std::string> text_or_nothing(const snmp::ObjectId& object) const;

private:
    Result<const snmp::Value*> present(const snmp::ObjectId& object) const;

    std::vector<snmp::ObjectId> objects_;
    std::vector<std::optional<snmp::Value>> values_;
};

}  // namespace dim::bladecenter
