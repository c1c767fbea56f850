#include "imageserver/blade/dhcp_log_watch.hpp"

namespace dim::server {

Result<DhcpLogWatch> DhcpLogWatch::open(const std::string& log_file, BootJournal& log,
                                        const Roster& roster, Refusals& refusals,
                                        const WallClock& clock) {
    DIM_TRY(const auto text, log.dhcp_log_position());
    std::optional<LogPosition> position;
    if (text) {
        DIM_TRY(position, LogPosition::parse(*text));
    }
    DIM_TRY(LogTail tail, LogTail::open(log_file, position));
    return DhcpLogWatch(std::move(tail), log, roster, refusals, clock);
}

Result<void> DhcpLogWatch::read() {
    for (;;) {
        DIM_TRY(const auto lines, tail_.read_lines());
        if (lines.empty()) return {};
        std::vector<BootJournal::BladeDhcpEvent> events;
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
        DIM_CHECK(log_.record_dhcp(events, to_string(tail_.position()), clock_.now()));
        if (lines.size() < LogTail::kLinesLimit) return {};
    }
}

}  // namespace dim::server
