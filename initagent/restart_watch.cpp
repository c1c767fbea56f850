#include "initagent/restart_watch.hpp"

namespace dim::agent {

void RestartWatch::expect_changes() {
    settled_ = sys::Deadline::in(settling_);
    told_.reset();
}

bool RestartWatch::is_look_due() const {
    if (!settled_) return false;
    return !settled_->has_passed() || !told_ || told_->total != 0 || told_->cause;
}

std::optional<api::Restarts> RestartWatch::news(const std::string& boot_id) {
    const bool is_known = told_ && told_to_ == boot_id;
    if (!is_look_due()) return is_known ? std::nullopt : told_;
    auto found = look_();
    if (!found)
        found = api::bounded({.processes = {}, .total = 0, .cause = to_string(found.error())});
    if (is_known && *told_ == *found) return std::nullopt;
    return *std::move(found);
}

void RestartWatch::told(api::Restarts found, const std::string& boot_id) {
    told_ = std::move(found);
    told_to_ = boot_id;
}

}  // namespace dim::agent
