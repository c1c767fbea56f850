#pragma once

#include "initagent/agent_settings.hpp"
#include "initagent/boot_path.hpp"
#include "initagent/bootp_reply.hpp"
#include "initagent/machine_identity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::agent {

/// What the kernel and the firmware left for us.
struct BootEnvironment {
    AgentSettings settings;
    std::optional<BootpReply> bootp;    ///< /chosen/bootp-response
    std::optional<BootPath> boot_path;  ///< /chosen/bootpath
    /// Of the port that was booted from: by BOOTIF, bootpath, or the variables of UEFI.
    std::optional<model::MacAddress> port_mac;
    /// The tag of the boot network: by dim.vlan, else by the variables of UEFI for that port.
    std::optional<model::VlanId> vlan;
    std::optional<model::Ipv4Address> kernel_server;  ///< who answered the kernel's ip=dhcp
    MachineIdentity machine;
    std::vector<std::string> warnings;  ///< what was there and could not be understood
};

struct EnvironmentFiles {
    std::string command_line = "/proc/cmdline";
    std::string device_tree = "/proc/device-tree";
    std::string kernel_dhcp = "/proc/net/pnp";
    std::string dmi = "/sys/class/dmi/id";
    std::string uefi_variables = "/sys/firmware/efi/efivars";
};

/// Errors: when the kernel command line cannot be read; all the rest may be missing.
Result<BootEnvironment> read_boot_environment(const EnvironmentFiles& files = {});

/// The "bootserver" of /proc/net/pnp (Linux Documentation/admin-guide/nfs/nfsroot.rst); nothing
/// when there is none.
std::optional<model::Ipv4Address> parse_kernel_dhcp(std::string_view text);

/// Whether the screen is a console, and not the one that /dev/console is. ACTIVE: of
/// /sys/class/tty/console/active, /dev/console's device last.
bool is_screen_beside_console(std::string_view active);

/// Mounts /proc, /sys and /dev where nothing is mounted yet.
Result<void> mount_kernel_file_systems();

}  // namespace dim::agent
