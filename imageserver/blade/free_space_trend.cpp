#include "imageserver/blade/free_space_trend.hpp"

namespace dim::server {

void FreeSpaceTrend::add(std::chrono::microseconds since_boot, std::uint64_t free) {
    while (!looks_.empty() && since_boot - looks_.front().time > kWindow)
        looks_.pop_front();
    looks_.push_back({since_boot, free});
}

std::optional<std::chrono::seconds> FreeSpaceTrend::time_left() const {
    if (looks_.empty()) return std::nullopt;
    const Look& first = looks_.front();
    const Look& last = looks_.back();
    if (last.time - first.time < kShortest || last.free >= first.free) return std::nullopt;
    const double bytes_per_microsecond = static_cast<double>(first.free - last.free) /
                                         static_cast<double>((last.time - first.time).count());
    const std::chrono::duration<double, std::micro> left(static_cast<double>(last.free) /
                                                         bytes_per_microsecond);
    if (left > kFar) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::seconds>(left);
}

}  // namespace dim::server
