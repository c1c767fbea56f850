#pragma once

#include "libdim/api/agent_messages.hpp"
#include "libdim/model/ipv4.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace dim::agent {

/// One mount(2) of an NFS file system.
struct MountStep {
    std::string source;       ///< "10.1.0.1:/blades/s01c1b01"
    std::string target;       ///< below the new root: "/", "/usr"
    unsigned long flags = 0;  ///< MS_…
    std::string options;      ///< for the kernel's NFS client, addr= and clientaddr= included

    bool operator==(const MountStep&) const = default;
};

/// As one would type it: "mount -t nfs -o ro,vers=4.1 10.1.0.1:/shared/a/1/usr /usr".
std::string to_string(const MountStep& step);

/// A boot plan that has been checked and taken apart.
struct CheckedPlan {
    std::string boot_id;
    std::string token;
    model::ImageName image;
    model::Generation generation;
    MountStep root;
    std::vector<MountStep> shared;  ///< always read-only
    std::string init;
    std::chrono::seconds heartbeat{};

    bool operator==(const CheckedPlan&) const = default;
};

/// Whether it can stand in the paths of reports. Errors: invalid_input.
Result<void> check_boot_id(std::string_view boot_id);

/// CLIENT is the blade's own address. Errors: invalid_input, naming the part of the plan at fault.
Result<CheckedPlan> check_plan(const api::BootPlan& plan, model::Ipv4Address client);

/// What to mount over MOUNTED, the shared directories that the blade has: exactly those, from the
/// same server, read-only, in the order of ROOTS. Errors: invalid_input.
Result<std::vector<MountStep>> check_shared_roots(const api::SharedRoots& roots,
                                                  const std::vector<MountStep>& mounted,
                                                  model::Ipv4Address client);

}  // namespace dim::agent
