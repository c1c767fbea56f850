#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace dim::model {

/// The number of a VLAN (IEEE 802.1Q, 9.6): 1 to 4094.
class VlanId {
public:
    /// Decimal. Errors: invalid_input.
    static Result<VlanId> parse(std::string_view text);
    static Result<VlanId> from_number(std::uint16_t number);

    std::uint16_t number() const { return number_; }
    auto operator<=>(const VlanId&) const = default;

private:
    explicit VlanId(std::uint16_t number) : number_(number) {}
    std::uint16_t number_;
};

std::string to_string(VlanId id);

}  // namespace dim::model
