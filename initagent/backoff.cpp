#include "initagent/backoff.hpp"

#include "libdim/sys/random.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace dim::agent {

std::chrono::milliseconds Backoff::next(std::uint32_t random) {
    const std::chrono::milliseconds most = std::min(current_, longest_);
    current_ = std::min(current_ * 2, longest_);
    const auto half = most.count() / 2;
    return std::chrono::milliseconds(most.count() - half + random % (half + 1));
}

std::uint32_t random_number() {
    std::array<unsigned char, sizeof(std::uint32_t)> bytes{};
    std::uint32_t number = 0;
    if (sys::getrandom(bytes)) std::memcpy(&number, bytes.data(), sizeof number);
    return number;
}

}  // namespace dim::agent
