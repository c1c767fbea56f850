#pragma once

#include "qemu-tests/chassis/blade.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dim::chassis {

/// The QEMU machine that is the blade of a bay, as a person describes it in a JSON file:
///
///     {"arguments": ["qemu-system-ppc64", "-nodefaults", …, "spapr-vlan,netdev=net0,mac={mac}"],
///      "boot": {"network": ["-prom-env", "boot-command=netboot"], "hd0": […]},
///      "types": " ", "console": "/run/bay3.console", "log": "/run/bay3.log"}
struct Machine {
    /// The program with its arguments, in which {mac} is the blade's address. Its console and its
    /// monitor are added.
    std::vector<std::string> arguments;
    /// Further arguments, by the device that it boots from: the first one of the blade's boot
    /// sequence that is named here.
    std::map<std::string, std::vector<std::string>, std::less<>> boot = {};
    std::string types = {};    ///< typed on its console once it runs
    std::string console = {};  ///< a Unix socket: its serial line, for whoever connects
    std::string log = {};      ///< what the program itself says
};

/// Nothing when it is wrong: not all of that, something else, or a machine without {mac}, which
/// would have another address than the one that the module shows.
std::optional<Machine> parse_machine(std::string_view json);

/// What starts the machine as the blade is now. Its console is descriptor 3, its monitor 4.
std::vector<std::string> command_of(const Machine& machine, const Blade& blade);

}  // namespace dim::chassis
