#pragma once

#include "libdim/bladecenter/management_module.hpp"
#include "tools/failure.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace dim::tool {

/// What is told of one bay: for people and, as names and values, for programs.
struct BayAnswer {
    std::string text;  ///< "off → on"; several lines for product data
    std::vector<std::pair<std::string, std::string>> values;
};

/// What `dim bctool` does with bays.
struct BayAction {
    using Bays = std::vector<bladecenter::Bay>;
    /// To one after the other; empty when ASK is for it.
    std::function<Result<BayAnswer>(bladecenter::ManagementModule&, bladecenter::Bay)> act;
    /// What interrupts a blade that runs: "switch off"; empty when nothing does.
    std::string interruption;
    /// Asks of many at once, which changes nothing; answers in the order of the bays.
    std::function<Result<std::vector<Result<BayAnswer>>>(bladecenter::ManagementModule&,
                                                         const Bays&)>
        ask = {};
};

/// The action of WORDS: "power on", "name" "database 1", … A power command waits until its state is
/// reached, at most WAIT. Failures: usage for words that are none.
Outcome<BayAction> parse_bay_action(const std::vector<std::string>& words,
                                    std::chrono::milliseconds wait);

}  // namespace dim::tool
