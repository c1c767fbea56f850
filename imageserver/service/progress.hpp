#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace dim::server {

/// How a long job tells how far it is: what it does now, and step STEP of STEPS (0 of 0: unknown).
using Progress =
    std::function<void(std::string_view text, std::uint64_t step, std::uint64_t steps)>;

}  // namespace dim::server
