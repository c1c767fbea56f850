#include "tools/output/story_text.hpp"

#include "tools/output/status_text.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <fmt/format.h>

namespace dim::tool {

namespace {

/// "00:0d:60:1e:ca:01", "00:0d:60:1e:ca:01 (learned: csv)"
std::string mac_text(const api::BladeStatus& blade) {
    if (!blade.mac) return "MAC unknown";
    std::string text = to_string(*blade.mac);
    if (!blade.mac_source || *blade.mac_source == "definition") return text;
    return text + " (learned: " + terminal_text(*blade.mac_source) + ")";
}

std::string head_text(const api::BladeStatus& blade) {
    std::string text = fmt::format("{}  {}  {}  {}\n", to_string(blade.name), platform_text(blade),
                                   mac_text(blade), to_string(blade.address));
    text += "state: " + std::string(to_string(blade.state));
    if (blade.since) text += " since " + to_string(*blade.since).substr(0, 19);
    if (blade.age_seconds) text += ", heard " + duration_text(blade.age_seconds) + " ago";
    text += '\n';
    if (blade.image)
        text += "image: " + to_string(*blade.image) +
                (blade.generation ? ", generation " + to_string(*blade.generation) : "") + '\n';
    const auto part = [&text](const char* name, std::optional<double> seconds) {
        if (seconds) text += fmt::format("  {:<9} {:7.3f} s\n", name, *seconds);
    };
    part("firmware", blade.seconds.firmware);
    part("kernel", blade.seconds.kernel);
    part("agent", blade.seconds.agent);
    part("init", blade.seconds.init);
    return text + trouble_text(blade);
}

}  // namespace

std::string story_text(const api::BladeStory& story) {
    std::string text = head_text(story.status);
    std::string day;
    for (const api::StoryEvent& event : story.events) {
        if (const std::string date = to_string(event.time).substr(0, 10); date != day) {
            day = date;
            text += '\n' + day + '\n';
        }
        text += fmt::format("{}  {:<13}  {:<12}  {}\n", clock_text(event.time), event.source,
                            event.stage ? to_string(*event.stage) : "", event.text);
        for (const std::string& line : event.detail)
            text += fmt::format("{:>44}{}\n", "", line);
    }
    return text;
}

}  // namespace dim::tool
