#pragma once

#include "imageserver/service/progress.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::server {

/// How far a long piece of work is, how fast it goes and how long it will still take.
struct PaceText {
    enum class Unit { bytes, entries };
    Unit unit;
    std::uint64_t done;
    std::uint64_t total;  ///< 0: unknown
    std::int64_t elapsed_us;
};
/// "312 MiB of 1.2 GiB, 85 MiB/s, 11 s left"; no rate in the first second.
std::string to_string(const PaceText& pace);

/// Tells PROGRESS, which outlives it, of one piece of work, a few times a second.
class Pace {
public:
    Pace(const Progress& progress, std::string what, PaceText::Unit unit, std::uint64_t total);
    /// DONE of the total is done. Step and steps go to PROGRESS as they are, unless the total is
    /// unknown.
    void tell(std::uint64_t done);

private:
    const Progress& progress_;
    std::string what_;
    PaceText::Unit unit_;
    std::uint64_t total_;
    std::int64_t begin_us_;
    std::int64_t next_us_ = 0;
};

}  // namespace dim::server
