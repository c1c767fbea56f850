#pragma once

#include "tools/command.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What hardware answered for blades, and how it is printed.
namespace dim::tool {

/// What is told of one blade: for people and, as names and values, for programs.
struct BladeAnswer {
    std::string text;  ///< "off → on"
    std::vector<std::pair<std::string, std::string>> values;
};
BladeAnswer one_value(const std::string& name, std::string_view value);

/// How the blade was reached, when that is to be told; empty for nothing.
void add_remark(BladeAnswer& answer, const std::string& remark);

/// A blade, by the name that the person gave it.
struct BladePlace {
    std::string name;                       ///< "s01c2b14", "bay 3"
    std::optional<std::uint32_t> bay = {};  ///< where its hardware has such
};

/// What came of one blade.
struct BladeResult {
    BladePlace place;
    std::string controller;  ///< who was asked: "s01c2mm"
    Result<BladeAnswer> answer;
};

/// How they are printed as JSON.
struct ResultNames {
    const char* list;        ///< "blades", "bays"
    const char* controller;  ///< "module"; nullptr when places have no names of the definition
};
inline constexpr ResultNames kResultsOfModules{"blades", "module"};
inline constexpr ResultNames kResultsOfBlades{"blades", "controller"};
inline constexpr ResultNames kResultsOfBays{"bays", nullptr};

/// Answers on standard output, failures of some among several on standard error; of one the answer
/// alone, for scripts. With --json one object.
void print_results(const Context& context, const std::vector<BladeResult>& results,
                   const ResultNames& names);

/// Failures: the first, and how many there are.
Outcome<> summary(std::vector<BladeResult> results, const ResultNames& names);

}  // namespace dim::tool
