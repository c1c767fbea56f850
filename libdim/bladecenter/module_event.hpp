#pragma once

#include "libdim/base/result.hpp"
#include "libdim/bladecenter/bay.hpp"
#include "libdim/snmp/trap.hpp"

#include <optional>
#include <string>

namespace dim::bladecenter {

/// What a management module tells by a trap, fit to print.
struct ModuleEvent {
    std::optional<Bay> bay;  ///< of the blade that it is about; absent: the chassis, or unclear
    std::string text;        ///< "power off: Blade powered off": what it is, and its own words
};

/// Of a trap with the vendor's enterprise (1.3.6.1.4.1.2.6.158.3). Errors: invalid_input for any
/// other.
Result<ModuleEvent> read_event(const snmp::Trap& trap);

}  // namespace dim::bladecenter
