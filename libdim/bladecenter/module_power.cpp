#include "libdim/bladecenter/module_power.hpp"

#include <utility>

namespace dim::bladecenter {

ModulePower::ModulePower(ManagementModule module, const std::vector<Bay>& bays)
    : module_(std::make_unique<ManagementModule>(std::move(module))) {
    for (const Bay bay : bays)
        blades_.emplace_back(*module_, bay);
}

std::vector<Result<PowerState>> ModulePower::states() {
    std::vector<Bay> bays;
    for (const BayPower& blade : blades_)
        bays.push_back(blade.bay());
    auto states = module_->power_states(bays);
    if (states) return *std::move(states);
    return std::vector<Result<PowerState>>(bays.size(), fail(states.error()));
}

}  // namespace dim::bladecenter
