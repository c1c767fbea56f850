#pragma once

#include "libdim/bladecenter/management_module.hpp"
#include "libdim/power/power_control.hpp"

#include <memory>
#include <vector>

namespace dim::bladecenter {

/// The power of blades of one chassis, through its management module.
class ModulePower final : public power::PowerControl {
public:
    ModulePower(ManagementModule module, const std::vector<Bay>& bays);

    std::size_t size() const override { return blades_.size(); }
    power::BladePower& blade(std::size_t place) override { return blades_.at(place); }
    /// All in one question.
    std::vector<Result<PowerState>> states() override;
    std::string remark() const override { return module_->remark(); }

private:
    class BayPower final : public power::BladePower {
    public:
        BayPower(ManagementModule& module, Bay bay) : module_(&module), bay_(bay) {}
        Bay bay() const { return bay_; }
        std::string name() const override { return "bay " + to_string(bay_); }
        Result<PowerState> state() override { return module_->power_state(bay_); }
        Result<void> send(power::PowerCommand command) override {
            return module_->send_power(bay_, command);
        }

    private:
        ManagementModule* module_;
        Bay bay_;
    };

    std::unique_ptr<ManagementModule> module_;  ///< at one address, for those who point to it
    std::vector<BayPower> blades_;
};

}  // namespace dim::bladecenter
