#pragma once

#include "libdim/bladecenter/blade_state.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::bladecenter {

class Question;

struct Blower {
    std::optional<int> percent = {};  ///< of its highest speed; absent when it is not told
    std::optional<PartState> state = {};
};

struct PowerModule {
    bool is_there = false;
    PartState state = PartState::unknown;
    std::string details = {};  ///< in the module's words: "Power module state okay."
};

/// Temperatures in degrees Celsius; absent where the chassis has no such sensor.
struct Vitals {
    std::optional<double> module;
    std::optional<double> ambient;
    std::vector<Blower> blowers;             ///< blower 1 first
    std::vector<PowerModule> power_modules;  ///< place 1 first; empty when they are not told
};

/// Has QUESTION ask for them.
void add_vitals(Question& question);
/// What was answered. Errors: invalid_input.
Result<Vitals> vitals_of(const Question& question);

}  // namespace dim::bladecenter
