#pragma once

#include <chrono>
#include <cstdint>

namespace dim::agent {

/// How long to wait between attempts: doubling from a second to LONGEST, each somewhere between
/// half of that and all of it, so that thousands of blades do not come back at the same moment.
class Backoff {
public:
    explicit Backoff(std::chrono::milliseconds longest) : longest_(longest) {}

    /// The wait before the next attempt. RANDOM is any number.
    std::chrono::milliseconds next(std::uint32_t random);
    /// After a success.
    void reset() { current_ = kFirst; }

private:
    static constexpr std::chrono::milliseconds kFirst{1000};
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds current_ = kFirst;
};

/// A number for Backoff::next; 0 when the kernel has none.
std::uint32_t random_number();

}  // namespace dim::agent
