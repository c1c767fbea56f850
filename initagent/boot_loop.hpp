#pragma once

#include "initagent/boot.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace dim::agent {

/// What follows attempt number ATTEMPT, which failed: OnFailure::retry, or what dim.on-failure
/// says when as many as dim.retries have failed since the last time.
OnFailure after_failure(std::uint32_t attempt, const AgentSettings& settings);

/// How long to wait: DELAY, or longer when the server asked for it, within reason.
std::chrono::milliseconds wait_before_retry(std::chrono::milliseconds delay,
                                            std::optional<std::chrono::seconds> retry_after);

/// Boots, whatever it takes: reports each failure, waits and tries again. Never returns.
[[noreturn]] void boot_until_it_works(Boot& boot);

}  // namespace dim::agent
