#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace dim::snmp {

/// The name of a managed object (RFC 3416, OBJECT IDENTIFIER), ordered as GETNEXT walks.
class ObjectId {
public:
    using Part = std::uint32_t;
    static constexpr std::size_t kPartsLimit = 128;  ///< RFC 3416, section 4.1

    ObjectId() = default;
    ObjectId(std::initializer_list<Part> parts) : parts_(parts) {}
    explicit ObjectId(std::vector<Part> parts) : parts_(std::move(parts)) {}

    const std::vector<Part>& parts() const { return parts_; }
    /// The same with more parts behind: an object of a group, an instance of an object.
    ObjectId below(std::initializer_list<Part> parts) const;
    /// True for ROOT's descendants, not for ROOT itself.
    bool is_below(const ObjectId& root) const;

    auto operator<=>(const ObjectId&) const = default;

private:
    std::vector<Part> parts_;
};

/// "1.3.6.1.2.1.1.2.0".
std::string to_string(const ObjectId& object);

}  // namespace dim::snmp
