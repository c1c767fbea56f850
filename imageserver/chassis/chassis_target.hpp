#pragma once

#include "libdim/cluster/definition/definition.hpp"
#include "libdim/snmp/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// A management module, and how it is asked.
struct ModulePoint {
    model::ComponentName name;
    snmp::Session::Settings settings;
    std::optional<std::string> credentials = {};  ///< a file
};

/// A chassis with blades of ours.
struct ChassisTarget {
    ModulePoint module;
    std::optional<ModulePoint> partner = {};               ///< asked when MODULE does not answer
    std::optional<std::uint32_t> module_bay = {};          ///< of MODULE: 1 or 2
    std::map<std::uint32_t, model::ComponentName> blades;  ///< by bay
};

/// However long a definition wants to wait: the daemon asks again by itself, and must end in time.
inline constexpr std::chrono::seconds kLongestAnswer{5};
inline constexpr int kMostRetries = 1;

/// The modules of DEFINITION that control blades of SERVER and whose credentials' file it names, in
/// the order of the blades. A blade without a module, one whose properties are wrong, and one whose
/// bay another blade has too, is of none.
std::vector<ChassisTarget> chassis_targets(const cluster::Definition& definition,
                                           const model::ComponentName& server);

}  // namespace dim::server
