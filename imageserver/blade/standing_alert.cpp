#include "imageserver/blade/standing_alert.hpp"

#include <chrono>

namespace dim::server {

bool StandingAlert::set(const std::optional<Error>& problem, Moment now) {
    constexpr std::chrono::microseconds kAgain = std::chrono::hours(1);
    if (!problem) {
        told_.reset();
        alerts_.forget(kind_, origin_);  // perhaps a former daemon's
        return false;
    }
    const bool is_new = told_ != problem->message();
    if (!is_new && now.uptime_us - told_us_ < kAgain.count()) return false;
    told_ = problem->message();
    told_us_ = now.uptime_us;
    alerts_.note({kind_, origin_, problem->message(), problem->cure()}, now);
    return is_new;
}

}  // namespace dim::server
