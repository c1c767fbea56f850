#include "libdim/bladecenter/event_log.hpp"

#include "libdim/base/text.hpp"

#include <array>

namespace dim::bladecenter {

namespace {

constexpr std::size_t kFieldLimit = 200;

/// "MM/DD/YY" as "20YY-MM-DD".
Result<std::string> iso_date(std::string_view date) {
    const auto is_digits = [](std::string_view text) {
        return text.size() == 2 && text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const auto parts = split(date, '/');
    if (parts.size() != 3 || !is_digits(parts[0]) || !is_digits(parts[1]) || !is_digits(parts[2]))
        return fail(ErrorCode::invalid_input,
                    "an event has the date '" + printable(date, 20) + "', which is not MM/DD/YY");
    return "20" + std::string(parts[2]) + '-' + std::string(parts[0]) + '-' + std::string(parts[1]);
}

}  // namespace

Result<EventLogEntry> parse_event_log_entry(std::string_view line) {
    constexpr std::array<std::string_view, 6> kKeys{
        "Severity:", "Source:", "Name:", "Date:", "Time:", "Text:"};
    std::array<std::string, 6> fields;
    std::string_view rest = trim(line);
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
        if (!rest.starts_with(kKeys[i])) {
            return fail(ErrorCode::invalid_input, "'" + printable(line, 60) +
                                                      "' is no line of an event log: no " +
                                                      std::string(kKeys[i]));
        }
        rest.remove_prefix(kKeys[i].size());
        // A name may have blanks; the next key ends it.
        std::size_t end = std::string_view::npos;
        if (i + 1 < kKeys.size()) end = rest.find("  " + std::string(kKeys[i + 1]));
        fields[i] = printable(trim(rest.substr(0, end)), kFieldLimit);
        rest = end == std::string_view::npos ? "" : rest.substr(end + 2);
    }
    DIM_TRY(const std::string date, iso_date(fields[3]));
    return EventLogEntry{fields[0], fields[1], fields[2], date + ' ' + fields[4], fields[5]};
}

}  // namespace dim::bladecenter
