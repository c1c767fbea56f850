#include "imageserver/blade/dhcp_log_watch.hpp"

#include "imageserver/dhcp/dhcp_batch.hpp"

namespace dim::server {

Result<DhcpLogWatch> DhcpLogWatch::open(const std::string& log_file, BootJournal& log,
                                        const Roster& roster, Refusals& refusals,
                                        const WallClock& clock) {
    DIM_TRY(const auto text, log.dhcp_log_position());
    const auto position = LogPosition::parse(text.value_or("0:0"));
    // From its beginning, what it tells of earlier boots would begin them anew.
    auto tail = position ? LogTail::open(log_file, *position) : LogTail::open_at_end(log_file);
    if (!tail) return fail(std::move(tail).error());
    if (!position) refusals.note_lost_log_position(log_file, position.error());
    return DhcpLogWatch(*std::move(tail), log, roster, refusals, clock);
}

std::vector<BootJournal::BladeDhcpEvent>
DhcpLogWatch::sort_out(const std::vector<std::string>& lines) {
    DhcpBatch batch;
    for (const std::string& line : lines)
        if (const auto event = reader_.parse(line)) batch.add(*event);
    for (const auto& [mac, times] : batch.unknown_macs())
        if (!roster_.find(mac)) refusals_.note_unknown_mac(mac, times);
    std::vector<BootJournal::BladeDhcpEvent> events;
    for (const DhcpEvent& event : batch.events())
        if (const auto entry = roster_.find(event.mac))
            events.push_back({entry->blade.name, event});
    return events;
}

Result<DhcpLogWatch::Rest> DhcpLogWatch::read() {
    DIM_TRY(const auto next, tail_.read_lines());
    const auto events = sort_out(next.lines);
    // Lines that tell nothing of our blades may be read again after a restart: that saves a
    // transaction for each of them.
    if (!events.empty() || next.has_more)
        DIM_CHECK(log_.record_dhcp(events, to_string(next.end), clock_.now()));
    tail_.accept();
    return next.has_more ? Rest::more : Rest::none;
}

}  // namespace dim::server
