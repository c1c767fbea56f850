#include "imageserver/service/pace.hpp"

#include "libdim/model/byte_size.hpp"
#include "libdim/sys/clock.hpp"

#include <algorithm>

namespace dim::server {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kBetween = kSecond / 4;

std::string amount_text(PaceText::Unit unit, std::uint64_t amount) {
    if (unit == PaceText::Unit::entries) return std::to_string(amount);
    return to_string(model::ByteSize(amount));
}

std::string duration_text(std::uint64_t seconds) {
    if (seconds < 100) return std::to_string(seconds) + " s";
    if (seconds < 6000) return std::to_string((seconds + 30) / 60) + " min";
    return std::to_string((seconds + 1800) / 3600) + " h";
}

}  // namespace

std::string to_string(const PaceText& pace) {
    std::string text = amount_text(pace.unit, pace.done);
    if (pace.total != 0) text += " of " + amount_text(pace.unit, pace.total);
    if (pace.unit == PaceText::Unit::entries) text += " entries";
    if (pace.elapsed_us < kSecond) return text;
    const double rate =
        static_cast<double>(pace.done) * kSecond / static_cast<double>(pace.elapsed_us);
    text += ", " + amount_text(pace.unit, static_cast<std::uint64_t>(rate)) + "/s";
    if (pace.total > pace.done && rate >= 1) {
        const double left = static_cast<double>(pace.total - pace.done) / rate;
        text += ", " + duration_text(static_cast<std::uint64_t>(left) + 1) + " left";
    }
    return text;
}

Pace::Pace(const Progress& progress, std::string what, PaceText::Unit unit, std::uint64_t total)
    : progress_(progress),
      what_(std::move(what)),
      unit_(unit),
      total_(total),
      begin_us_(sys::monotonic_us()) {}

void Pace::tell(std::uint64_t done) {
    const std::int64_t now = sys::monotonic_us();
    if (now < next_us_) return;
    next_us_ = now + kBetween;
    const std::string text =
        what_ + ": " + to_string(PaceText{unit_, done, total_, now - begin_us_});
    // An estimated total can turn out too small.
    progress_(text, total_ == 0 ? 0 : std::min(done, total_), total_);
}

}  // namespace dim::server
