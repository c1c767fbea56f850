#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace dim::chassis {

/// Of the vendor's MIB for alerts (mmalert).
enum class TrapNumber {
    temperature_critical = 0,
    temperature_warning = 12,
    power_off = 23,
    power_on = 24,
    boot = 25,
    inventory = 34,
};

/// What happened, as the module logs it and tells it to who wants traps.
struct ChassisEvent {
    std::string severity;   ///< "INFO", "WARN", "ERR"
    int bay = 0;            ///< 0: the module itself
    std::string name = {};  ///< the blade's, or the chassis'
    std::string text;
    std::optional<TrapNumber> trap = {};
    std::time_t time = 0;
};

/// "11/20/06" and "13:40:00", in UTC.
std::string date_of(std::time_t time);
std::string time_of(std::time_t time);

/// The event log of a management module: the last hundred events.
class EventLog {
public:
    static constexpr std::size_t kKept = 100;

    void add(const ChassisEvent& event);
    void clear() { lines_.clear(); }
    /// Number 1 is the newest; nothing behind the oldest.
    std::optional<std::string> line(std::size_t number) const;

private:
    std::vector<std::string> lines_;  ///< newest last
};

}  // namespace dim::chassis
