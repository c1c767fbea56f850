#pragma once

#include "libdim/model/ipv4_endpoint.hpp"
#include "libdim/power/child_environment.hpp"
#include "libdim/power/login.hpp"
#include "libdim/power/power_control.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// IPMI 2.0 over LAN (RMCP+), by the program ipmitool.
namespace dim::power {

inline constexpr std::uint16_t kIpmiPort = 623;  ///< IPMI 2.0, section 13.1.2

/// A BMC and who we are to it.
struct Bmc {
    model::Ipv4Endpoint address;
    Login login;
    std::optional<std::uint8_t> cipher_suite = {};  ///< absent: the best that both have
};

/// ipmitool with WORDS ("chassis power on") for BMC; the password is in ipmi_variables only. What
/// must not be done twice is sent once, the rest again without an answer.
std::vector<std::string> ipmi_words(const Bmc& bmc, const std::vector<std::string>& words);
Variables ipmi_variables(const Bmc& bmc);

/// What ipmitool says of "chassis power status". Errors: invalid_input.
Result<PowerState> parse_ipmi_state(std::string_view output);

/// The power of the machine that has this BMC.
class IpmiPower final : public BladePower {
public:
    explicit IpmiPower(Bmc bmc) : bmc_(std::move(bmc)) {}
    std::string name() const override { return "BMC " + to_string(bmc_.address); }
    /// Errors: unavailable when there is no session with it, conflict for what it refuses,
    /// timed_out; not_found without ipmitool.
    Result<PowerState> state() override;
    /// What is off already is switched off without complaint, though a BMC may refuse that. Errors:
    /// as state(); timed_out for a command that was perhaps carried out.
    Result<void> send(PowerCommand command) override;

private:
    Result<std::string> chassis_power(std::string_view word);
    Bmc bmc_;
};

}  // namespace dim::power
