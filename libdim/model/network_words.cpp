#include "libdim/model/network_words.hpp"

#include "libdim/base/text.hpp"
#include "libdim/model/bond.hpp"
#include "libdim/model/vlan.hpp"

namespace dim::model {

namespace {

constexpr std::string_view kVlan = "dim.vlan=";
constexpr std::string_view kBond = "dim.bond=";

}  // namespace

bool is_network_word(std::string_view word) {
    return word.starts_with(kVlan) || word.starts_with(kBond);
}

Result<void> check_network_word(std::string_view word) {
    const auto in_context = [&](Error error) {
        return fail(std::move(error).with_context(printable(word, 80)));
    };
    if (word.starts_with(kVlan)) {
        if (auto vlan = VlanId::parse(word.substr(kVlan.size())); !vlan)
            return in_context(std::move(vlan).error());
    } else if (word.starts_with(kBond)) {
        if (auto bond = Bond::parse(word.substr(kBond.size())); !bond)
            return in_context(std::move(bond).error());
    }
    return {};
}

}  // namespace dim::model
