#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dim::chassis {

/// What a machine tells through its monitor (QMP, docs/interop/qmp-spec.txt of QEMU).
enum class MonitorEvent {
    runs,           ///< its processors do
    was_reset,      ///< and goes on
    ends_to_reset,  ///< a reset of one with -no-reboot
    ends,           ///< it switches itself off
    refused,        ///< a command
};

/// The one that reads the monitor: whole lines of JSON, in pieces as they come.
class MonitorReader {
public:
    /// Of a line that is no JSON, or longer than 64 KiB, nothing.
    std::vector<MonitorEvent> take(std::string_view bytes);

private:
    std::string unread_;
};

/// The text of a command: "system_reset".
std::string monitor_command(std::string_view name);
/// What is said first: answers tell of all events from then on, and whether the machine runs.
std::string monitor_greeting();

}  // namespace dim::chassis
