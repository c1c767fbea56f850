#pragma once

#include "libdim/base/result.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dim::bladecenter {

/// A bay for a blade, counted as printed on the chassis.
class Bay {
public:
    static constexpr std::uint32_t kLast = 14;

    /// Errors: invalid_input unless 1 to 14.
    static Result<Bay> parse(std::string_view text);
    static std::vector<Bay> all();

    std::uint32_t number() const { return number_; }
    auto operator<=>(const Bay&) const = default;

private:
    explicit Bay(std::uint32_t number) : number_(number) {}
    std::uint32_t number_;
};

std::string to_string(Bay bay);

/// "3", "1,3,14", "1-4,9": each bay once, in this order. Errors: invalid_input, also for a bay that
/// is named twice.
Result<std::vector<Bay>> parse_bays(std::string_view text);

}  // namespace dim::bladecenter
