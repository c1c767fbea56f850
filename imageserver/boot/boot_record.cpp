#include "imageserver/boot/boot_record.hpp"

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

std::string boot_id(const BootRecord& record) {
    return to_string(record.blade) + '-' + std::to_string(record.key);
}

}  // namespace dim::server
