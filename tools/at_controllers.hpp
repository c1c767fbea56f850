#pragma once

#include "libdim/sys/clock.hpp"
#include "tools/blade_results.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// A controller of hardware, the blades of it that a command is about, and what is done with them.
struct ControllerWork {
    std::string controller;
    std::vector<BladePlace> blades;
    /// The answers, in the order of BLADES; on a thread that is its own.
    std::function<std::vector<Result<BladeAnswer>>()> answers;
};

inline constexpr std::size_t kControllersAtOnce = 64;

/// Does all of WORK at once, up to kControllersAtOnce; one that is slow or silent holds up nobody
/// else. Results in its order.
std::vector<BladeResult> at_controllers(std::span<const ControllerWork> work);

/// What ACT returns for each of COUNT blades of one controller: one after the other, each STAGGER
/// after the one before.
template <class Act>
auto one_after_the_other(std::size_t count, std::chrono::milliseconds stagger, const Act& act) {
    std::vector<decltype(act(count))> all;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) sys::sleep_for(stagger);
        all.push_back(act(i));
    }
    return all;
}

}  // namespace dim::tool
