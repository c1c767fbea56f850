#include "libdim/model/vlan.hpp"

#include "libdim/base/parse_number.hpp"

namespace dim::model {

namespace {

constexpr std::uint16_t kLast = 4094;  // 4095 is reserved, 0 says "no VLAN"

}  // namespace

Result<VlanId> VlanId::parse(std::string_view text) {
    DIM_TRY(const auto number, parse_number<std::uint16_t>(text, 1, kLast));
    return VlanId(number);
}

Result<VlanId> VlanId::from_number(std::uint16_t number) {
    if (number >= 1 && number <= kLast) return VlanId(number);
    return fail(ErrorCode::invalid_input, std::to_string(number) + " is not the number of a VLAN");
}

std::string to_string(VlanId id) { return std::to_string(id.number()); }

}  // namespace dim::model
