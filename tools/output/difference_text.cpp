#include "tools/output/difference_text.hpp"

#include "tools/output/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dim::tool {

namespace {

std::string kind_word(cluster::DefinitionChange::Kind kind) {
    switch (kind) {
        case cluster::DefinitionChange::Kind::added: return "added";
        case cluster::DefinitionChange::Kind::removed: return "removed";
        case cluster::DefinitionChange::Kind::changed: return "changed";
    }
    return "";
}

char sign_of(const std::string& kind) {
    if (kind == "added") return '+';
    return kind == "removed" ? '-' : '~';
}

std::string change_text(const api::ClusterChange& change) {
    std::string text = fmt::format("{} {}", sign_of(change.kind), change.what);
    if (change.count > 1) text += fmt::format(" ({})", change.count);
    if (!change.text.empty()) text += ": " + change.text;
    return text + '\n';
}

/// The first few, and the last, of names that are sorted.
std::string names_text(const std::vector<model::ComponentName>& names) {
    constexpr std::size_t kMost = 8;
    constexpr std::size_t kFirst = 3;
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names.size() > kMost && i == kFirst) {
            text += " …";
            i = names.size() - 1;
        }
        text += ' ' + to_string(names[i]);
    }
    return text;
}

}  // namespace

api::ClusterDifference to_message(const cluster::DefinitionDifference& difference) {
    api::ClusterDifference message{.base = 0,
                                   .changes = {},
                                   .blades = difference.blades,
                                   .servers = difference.servers,
                                   .reloads = {}};
    for (const cluster::DefinitionChange& change : difference.changes)
        message.changes.push_back({kind_word(change.kind), change.what, change.count, change.text});
    return message;
}

std::string difference_text(const api::ClusterDifference& difference) {
    if (difference.changes.empty()) return "no difference\n";
    std::string text;
    for (const api::ClusterChange& change : difference.changes)
        text += change_text(change);
    text += count_text(difference.blades, "blade");
    if (!difference.servers.empty()) {
        text += fmt::format(", {}:{}", count_text(difference.servers.size(), "server"),
                            names_text(difference.servers));
    }
    return text + '\n' + effects_text(difference);
}

std::string effects_text(const api::ClusterDifference& difference) {
    std::string text;
    for (const api::ServiceReload& reload : difference.reloads)
        text += fmt::format("reloads {} here: {}\n", reload.service, reload.reason);
    for (const std::string& warning : difference.warnings)
        text += "warning: " + warning + '\n';
    return text;
}

}  // namespace dim::tool
