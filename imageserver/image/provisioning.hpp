#pragma once

#include "libdim/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace dim::server {

/// What the server promises of its disk to blade images.
class Provisioning {
public:
    /// Percent of what the disk can hold that thin images may add up to, unless told otherwise.
    static constexpr std::uint32_t kThinPercent = 200;
    static constexpr std::uint32_t kMostPercent = 10'000;

    /// An image has all its space on the disk from the start: a blade that writes never finds the
    /// server's disk full.
    static Provisioning reserved() { return Provisioning(0); }
    /// An image takes space as it is written. PERCENT: from 1.
    static Provisioning thin(std::uint32_t percent = kThinPercent) { return Provisioning(percent); }
    /// "reserved", "thin", "thin:150%". Errors: invalid_input.
    static Result<Provisioning> parse(std::string_view text);

    bool is_reserved() const { return percent_ == 0; }
    /// The bytes that images may add up to on a disk that can hold CAPACITY; without meaning when
    /// reserved.
    std::uint64_t limit(std::uint64_t capacity) const { return capacity / 100 * percent_; }
    bool operator==(const Provisioning&) const = default;

private:
    friend std::string to_string(const Provisioning& provisioning);
    explicit Provisioning(std::uint32_t percent) : percent_(percent) {}
    std::uint32_t percent_;
};

/// As parse() takes it.
std::string to_string(const Provisioning& provisioning);

}  // namespace dim::server
