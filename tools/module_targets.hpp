#pragma once

#include "libdim/bladecenter/management_module.hpp"
#include "libdim/cluster/definition/blade_bay.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "tools/bay_action.hpp"
#include "tools/module_access.hpp"
#include "tools/power_run.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace dim::tool {

/// A bay that is asked, by the name that the person gave it.
struct BayTarget {
    std::string name;  ///< "s01c2b14", "bay 3"
    bladecenter::Bay bay;
};

/// A management module and the bays of it that a command is about.
struct ModuleTarget {
    std::string name;  ///< "s01c2mm"; its address when it was named so
    ModuleContactPoint contact;
    std::vector<BayTarget> bays;
};

/// The modules and bays of the blades that RANGE names, by the cluster definition (of --cluster, or
/// the daemon's); in the order of the cluster. Failures: those of blades_in_range; not_found,
/// conflict for a blade whose module or bay the definition does not tell, or that another blade of
/// the definition has too.
Outcome<std::vector<ModuleTarget>> blade_targets(const Context& context, const ModuleAccess& access,
                                                 const std::string& range);

/// Adds BLADE, whose bay is one of BAYS, to the target of its module. Errors: not_found, conflict
/// as above.
Result<void> add_blade(const cluster::Definition& definition, const cluster::BladeBays& bays,
                       const cluster::Blade& blade, const ModuleAccess& access,
                       std::vector<ModuleTarget>& targets);

/// How a module of DEFINITION is asked; what ACCESS says counts more.
Result<ModuleContactPoint> contact_point(const cluster::Definition& definition,
                                         const cluster::Component& module,
                                         const ModuleAccess& access);

/// The one chassis that RANGE names: by its management module, without bays.
Outcome<ModuleTarget> chassis_target(const Context& context, const ModuleAccess& access,
                                     const std::string& range);

/// The same for their power.
std::vector<PowerTarget> power_targets(const std::vector<ModuleTarget>& targets,
                                       const ModuleAccess& access);

/// Does ACTION to every bay: modules at once; the bays of one in order, each STAGGER after the one
/// before, or, when it asks only, together. A module that cannot be asked fails its own bays.
/// Results in the order of TARGETS.
std::vector<BladeResult> act_on_bays(const std::vector<ModuleTarget>& targets,
                                     const ModuleAccess& access, const BayAction& action,
                                     std::chrono::milliseconds stagger);

}  // namespace dim::tool
