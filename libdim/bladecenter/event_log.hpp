#pragma once

#include "libdim/base/result.hpp"

#include <string>
#include <string_view>

namespace dim::bladecenter {

/// A line of a management module's event log, made fit to print.
struct EventLogEntry {
    std::string severity;  ///< "INFO", "WARN", "ERR"
    std::string source;    ///< "BLADE_01", "SERVPROC"
    std::string name;      ///< of the source
    std::string time;      ///< "20YY-MM-DD HH:MM:SS", by the module's own clock
    std::string text;
    bool operator==(const EventLogEntry&) const = default;
};

/// readEventLogString: "Severity:INFO  Source:BLADE_01  Name:SN#…  Date:11/20/06  Time:13:40:00
/// Text:…". Errors: invalid_input.
Result<EventLogEntry> parse_event_log_entry(std::string_view line);

}  // namespace dim::bladecenter
