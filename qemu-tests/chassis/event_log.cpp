#include "qemu-tests/chassis/event_log.hpp"

#include <array>

namespace dim::chassis {

namespace {

std::string time_text(std::time_t time, const char* format) {
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace

std::string date_of(std::time_t time) { return time_text(time, "%m/%d/%y"); }
std::string time_of(std::time_t time) { return time_text(time, "%H:%M:%S"); }

void EventLog::add(const ChassisEvent& event) {
    const std::string source =
        event.bay == 0 ? "SERVPROC"
                       : (event.bay < 10 ? "BLADE_0" : "BLADE_") + std::to_string(event.bay);
    lines_.push_back("Severity:" + event.severity + "  Source:" + source + "  Name:" + event.name +
                     "  Date:" + date_of(event.time) + "  Time:" + time_of(event.time) +
                     "  Text:" + event.text);
    if (lines_.size() > kKept) lines_.erase(lines_.begin());
}

std::optional<std::string> EventLog::line(std::size_t number) const {
    if (number < 1 || number > lines_.size()) return std::nullopt;
    return lines_[lines_.size() - number];
}

}  // namespace dim::chassis
