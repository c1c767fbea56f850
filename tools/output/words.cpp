#include "tools/output/words.hpp"

#include "libdim/model/byte_size.hpp"

#include <cmath>
#include <fmt/format.h>

namespace dim::tool {

std::string duration_text(std::optional<double> seconds) {
    constexpr double kMinute = 60;
    constexpr double kHour = 60 * kMinute;
    constexpr double kDay = 24 * kHour;
    if (!seconds || !std::isfinite(*seconds)) return "";
    if (*seconds < 10) return fmt::format("{:.1f} s", *seconds);
    if (*seconds < 2 * kMinute) return fmt::format("{:.0f} s", *seconds);
    if (*seconds < 2 * kHour) return fmt::format("{:.0f} min", *seconds / kMinute);
    if (*seconds < 2 * kDay) return fmt::format("{:.0f} h", *seconds / kHour);
    return fmt::format("{:.0f} d", *seconds / kDay);
}

std::string size_text(std::uint64_t bytes) { return to_string(model::ByteSize(bytes)); }

std::string clock_text(model::Timestamp time) { return to_string(time).substr(11, 12); }

std::string count_text(std::size_t count, const std::string& noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string platform_text(const api::BladeStatus& blade) {
    return blade.platform ? to_string(*blade.platform) : std::string(to_string(blade.type));
}

}  // namespace dim::tool
