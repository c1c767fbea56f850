#include "imageserver/dhcp_watch.hpp"

namespace dim::server {

Result<DhcpWatch> DhcpWatch::open(const std::string& log_file, BladeLog& log, const Roster& roster,
                                  RefusalLog& refusals, std::function<model::Timestamp()> clock) {
    DIM_TRY(const auto text, log.dhcp_log_position());
    std::optional<LogPosition> position;
    if (text) {
        DIM_TRY(position, LogPosition::parse(*text));
    }
    DIM_TRY(LogTail tail, LogTail::open(log_file, position));
    return DhcpWatch(std::move(tail), log, roster, refusals, std::move(clock));
}

Result<void> DhcpWatch::read() {
    for (;;) {
        DIM_TRY(const auto lines, tail_.read_lines());
        if (lines.empty()) return {};
        std::vector<BladeLog::BladeDhcpEvent> events;
        for (const std::string& line : lines) {
            const auto event = reader_.parse(line);
            if (!event) continue;
            const auto entry = roster_.find(event->mac);
            if (entry) {
                events.push_back({entry->blade.name, *event});
            } else if (event->kind == DhcpEventKind::unknown_mac) {
                refusals_.note_unknown_mac(event->mac);
            }
        }
        DIM_CHECK(log_.record_dhcp(events, to_string(tail_.position()), clock_()));
        if (lines.size() < LogTail::kLinesLimit) return {};
    }
}

}  // namespace dim::server
