#pragma once

#include "libdim/model/ipv4.hpp"
#include "libdim/power/power_control.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Programs of the site that switch blades (docs/hardware.md): power=exec.
namespace dim::power {

/// What a program is told of a blade.
struct PlugInBlade {
    std::string name;
    std::optional<model::Ipv4Address> address = {};
    std::vector<std::pair<std::string, std::string>> properties = {};
    /// Its bay and management module, where the definition tells them without doubt.
    struct Place {
        std::string module;
        std::uint32_t bay;
        std::optional<model::Ipv4Address> address = {};  ///< of the module
    };
    std::optional<Place> place = {};
};

/// One line of JSON, for the program's standard input: action, name, address, module, bay,
/// module_address, properties.
std::string plug_in_request(const PlugInBlade& blade, std::string_view action);
/// The same as variables: DIM_ACTION, DIM_NAME, DIM_ADDRESS, DIM_MODULE, DIM_BAY,
/// DIM_MODULE_ADDRESS, DIM_PROPERTY_RACK…
std::vector<std::pair<std::string, std::string>> plug_in_variables(const PlugInBlade& blade,
                                                                   std::string_view action);
/// Errors: permission_denied for a program that others than root and we could have written, or put
/// into one of the directories above it; invalid_input for what is no file; those of stat(2).
Result<void> check_plug_in(const std::string& program);

/// What OUTPUT of "state" tells: its last line that is not empty ends in the word on or off, in
/// either case ("Status: ON"). Errors: invalid_input.
Result<PowerState> parse_plug_in_state(std::string_view output);

class PlugInPower final : public BladePower {
public:
    struct Settings {
        std::string program;  ///< an absolute path
        std::chrono::seconds time_limit{60};
        PlugInBlade blade = {};
    };
    explicit PlugInPower(Settings settings) : settings_(std::move(settings)) {}

    std::string name() const override { return settings_.program; }
    /// By its standard output. Errors: those of check_plug_in and parse_plug_in_state; timed_out;
    /// limit_exceeded; conflict with what it said when it fails.
    Result<PowerState> state() override;
    Result<void> send(PowerCommand command) override;

private:
    Settings settings_;
};

}  // namespace dim::power
