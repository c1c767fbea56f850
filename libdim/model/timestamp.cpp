#include "libdim/model/timestamp.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"

#include <chrono>

namespace dim::model {

namespace {

constexpr std::int64_t kMicrosecondsPerSecond = 1'000'000;
constexpr std::int64_t kEnd = 253'402'300'800 * kMicrosecondsPerSecond;  // 10000-01-01T00:00:00Z
constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.ddddddZ";

bool has_form(std::string_view text) {
    if (text.size() != kForm.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (kForm[i] == 'd' ? !is_digit : text[i] != kForm[i]) return false;
    }
    return true;
}

std::string padded(std::int64_t number, std::size_t digits) {
    std::string text = std::to_string(number);
    return std::string(digits - text.size(), '0') + text;
}

}  // namespace

Result<Timestamp> Timestamp::from_microseconds(std::int64_t microseconds) {
    if (microseconds < 0 || microseconds >= kEnd) {
        return fail(ErrorCode::invalid_input, "a time outside the years 1970 to 9999");
    }
    return Timestamp(microseconds);
}

Result<Timestamp> Timestamp::parse(std::string_view text) {
    namespace chrono = std::chrono;
    const auto invalid = [text] {
        return fail(ErrorCode::invalid_input,
                    "'" + printable(text, 40) +
                        "' is not a time such as 2026-11-20T13:40:00.000000Z");
    };
    if (!has_form(text)) return invalid();
    const auto part = [text](std::size_t at, std::size_t size) {
        return parse_number<int>(text.substr(at, size)).value_or(0);
    };
    const chrono::year_month_day date{chrono::year(part(0, 4)),
                                      chrono::month(static_cast<unsigned>(part(5, 2))),
                                      chrono::day(static_cast<unsigned>(part(8, 2)))};
    const int hour = part(11, 2);
    const int minute = part(14, 2);
    const int second = part(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return invalid();
    const std::int64_t days = chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return from_microseconds(seconds * kMicrosecondsPerSecond + part(20, 6));
}

std::string to_string(Timestamp time) {
    namespace chrono = std::chrono;
    const std::int64_t seconds = time.microseconds() / kMicrosecondsPerSecond;
    const chrono::sys_days days{chrono::days(seconds / 86400)};
    const chrono::year_month_day date(days);
    const std::int64_t of_day = seconds % 86400;
    return padded(int{date.year()}, 4) + '-' + padded(unsigned{date.month()}, 2) + '-' +
           padded(unsigned{date.day()}, 2) + 'T' + padded(of_day / 3600, 2) + ':' +
           padded(of_day / 60 % 60, 2) + ':' + padded(of_day % 60, 2) + '.' +
           padded(time.microseconds() % kMicrosecondsPerSecond, 6) + 'Z';
}

}  // namespace dim::model
