#pragma once

#include "libdim/bladecenter/management_module.hpp"
#include "tools/blade_results.hpp"
#include "tools/failure.hpp"

#include <functional>
#include <string>
#include <vector>

namespace dim::tool {

/// What `dim bctool` does with bays, power apart (tools/power_run.hpp).
struct BayAction {
    using Bays = std::vector<bladecenter::Bay>;
    /// To one after the other; empty when ASK is for it.
    std::function<Result<BladeAnswer>(bladecenter::ManagementModule&, bladecenter::Bay)> act;
    /// What interrupts a blade that runs: "interrupt"; empty when nothing does.
    std::string interruption;
    /// Asks of many at once, which changes nothing; answers in the order of the bays.
    std::function<Result<std::vector<Result<BladeAnswer>>>(bladecenter::ManagementModule&,
                                                           const Bays&)>
        ask = {};
};

/// The action of WORDS: "name" "database 1", "nmi", … Failures: usage for words that are none.
Outcome<BayAction> parse_bay_action(const std::vector<std::string>& words);

/// The first failure of a command line with an action that there is not.
std::unexpected<Failure> no_bay_action(const std::string& message);

}  // namespace dim::tool
