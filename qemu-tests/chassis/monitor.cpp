#include "qemu-tests/chassis/monitor.hpp"

#include <nlohmann/json.hpp>
#include <optional>

namespace dim::chassis {

namespace {

constexpr std::size_t kLineLimit = 65536;

std::string text_at(const nlohmann::json& line, const char* member, const char* below) {
    const auto found = line.find(member);
    return found != line.end() && found->is_object() && found->contains(below) &&
                   (*found)[below].is_string()
               ? (*found)[below].get<std::string>()
               : "";
}

std::optional<MonitorEvent> event_of(const nlohmann::json& line) {
    if (!line.is_object()) return std::nullopt;
    if (line.contains("error")) return MonitorEvent::refused;
    if (text_at(line, "return", "status") == "running") return MonitorEvent::runs;
    const auto event = line.find("event");
    if (event == line.end()) return std::nullopt;
    if (*event == "RESUME") return MonitorEvent::runs;
    if (*event == "RESET") return MonitorEvent::was_reset;
    if (*event != "SHUTDOWN") return std::nullopt;
    return text_at(line, "data", "reason").ends_with("-reset") ? MonitorEvent::ends_to_reset
                                                               : MonitorEvent::ends;
}

}  // namespace

std::vector<MonitorEvent> MonitorReader::take(std::string_view bytes) {
    std::vector<MonitorEvent> events;
    unread_.append(bytes);
    for (std::size_t end = 0; (end = unread_.find('\n')) != std::string::npos;) {
        const auto line = nlohmann::json::parse(unread_.substr(0, end), nullptr, false);
        if (const auto event = event_of(line)) events.push_back(*event);
        unread_.erase(0, end + 1);
    }
    if (unread_.size() > kLineLimit) unread_.clear();
    return events;
}

std::string monitor_command(std::string_view name) {
    return nlohmann::json{{"execute", name}}.dump() + '\n';
}

std::string monitor_greeting() {
    return monitor_command("qmp_capabilities") + monitor_command("query-status");
}

}  // namespace dim::chassis
