#include "imageserver/boot/boot_record.hpp"

#include "imageserver/boot/boot_limits.hpp"

#include <algorithm>

namespace dim::server {

void mark_heard(BootRecord& record, Moment now) {
    record.last_heard = now.time;
    record.heard_us = now.uptime_us;
}

std::chrono::microseconds since_heard(const BootRecord& record, Moment now) {
    // Later than now: it was heard before the server's last boot.
    const bool is_known = record.heard_us && *record.heard_us <= now.uptime_us;
    const std::int64_t us = is_known ? now.uptime_us - *record.heard_us
                                     : now.time.microseconds() - record.last_heard.microseconds();
    return std::chrono::microseconds(std::max<std::int64_t>(us, 0));
}

bool is_move_due(const BootRecord& record, model::Generation generation, Moment now) {
    if (record.generation == generation) return false;
    const auto& failed = record.failed_move;
    // Later than now: it failed before the server's last boot.
    return !failed || failed->generation != generation || failed->uptime_us > now.uptime_us ||
           std::chrono::microseconds(now.uptime_us - failed->uptime_us) >= kMoveRetry;
}

std::string boot_id(const BootRecord& record) {
    return to_string(record.blade) + '-' + std::to_string(record.key);
}

}  // namespace dim::server
