#pragma once

#include "libdim/cluster/definition/blade_power.hpp"
#include "libdim/power/ipmi.hpp"
#include "libdim/power/plug_in.hpp"
#include "tools/module_targets.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dim::tool {

/// Which blades of a definition, which outlives it, say that a BMC is theirs.
class BmcOwners {
public:
    explicit BmcOwners(const cluster::Definition& definition);
    /// POWER: of BLADE, with ipmi. Errors: conflict, with both names, when another blade has the
    /// same BMC.
    Result<void> check_only(const cluster::Blade& blade, const cluster::BladePower& power) const;

private:
    using BmcAddress = std::pair<model::Ipv4Address, std::uint16_t>;
    static BmcAddress bmc_address(const cluster::BladePower& power);

    std::map<BmcAddress, std::vector<const cluster::Blade*>> owners_;
};

/// What switches the blades that RANGES name, whatever kinds of hardware they are; in the order of
/// the cluster. A blade with a BMC is a controller of its own; programs of the site are run one
/// after the other for blades of the same address. Failures: those of blades_in_range, of
/// cluster::power_of and of add_blade; conflict for a BMC that another blade of the definition has.
Outcome<std::vector<PowerTarget>> power_of_range(const Context& context, const ModuleAccess& access,
                                                 std::span<const std::string> ranges);

/// The BMC of a blade of power=ipmi, with the login of its credentials' file, --credentials, or the
/// variables DIM_IPMI_USER and IPMI_PASSWORD. Errors: those of read_private_file and parse_login;
/// not_found without any.
Result<power::Bmc> bmc_of(const cluster::BladePower& power,
                          const std::optional<std::string>& credentials_file);

/// What a program of the site is told of BLADE; BAYS: of DEFINITION.
power::PlugInBlade plug_in_blade(const cluster::Definition& definition,
                                 const cluster::BladeBays& bays, const cluster::Blade& blade,
                                 const cluster::BladePower& power);

/// The user and password in FILE, or without one in the environment: USER_VARIABLE and
/// PASSWORD_VARIABLE. Errors: as bmc_of.
Result<power::Login> read_login(const std::optional<std::string>& file, const char* user_variable,
                                const char* password_variable);

}  // namespace dim::tool
