#include "tools/output/mac_text.hpp"

#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace dim::tool {

namespace {

using Kind = MacFinding::Kind;

constexpr const char* kDefinition = "definition";  // a source of a MAC

std::string text_of(const std::optional<model::MacAddress>& mac) {
    return mac ? to_string(*mac) : "";
}

std::string text_of(const std::optional<api::MacPlace>& place) {
    return place ? to_string(place->module) + ", bay " + std::to_string(place->bay) : "";
}

std::string change_text(const MacFinding& finding) {
    std::string text(to_string(finding.kind));
    if (!finding.other) return text;
    const std::string other = to_string(*finding.other);
    if (finding.kind == Kind::exchanged) return text + " with " + other;
    if (finding.kind == Kind::moved) return text + " from " + other;
    return text + " to " + other;
}

/// "12 the same, 2 gone": of kinds that change nothing.
std::string count_of_rest(std::span<const MacFinding> findings) {
    constexpr std::array<std::pair<Kind, const char*>, 4> kRest{{{Kind::same, "the same"},
                                                                 {Kind::empty, "without a blade"},
                                                                 {Kind::untold, "not told of"},
                                                                 {Kind::refused, "in doubt"}}};
    std::string text;
    for (const auto& [kind, words] : kRest) {
        std::size_t count = 0;
        for (const MacFinding& finding : findings)
            count += finding.kind == kind ? 1 : 0;
        if (count > 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + words;
    }
    return text.empty() ? text : text + '\n';
}

}  // namespace

std::string_view to_string(Kind kind) {
    switch (kind) {
        case Kind::same: return "same";
        case Kind::fresh: return "new";
        case Kind::changed: return "changed";
        case Kind::exchanged: return "exchanged";
        case Kind::moved: return "moved";
        case Kind::gone: return "gone";
        case Kind::empty: return "empty";
        case Kind::untold: return "untold";
        case Kind::refused: return "refused";
    }
    std::unreachable();
}

std::string mac_findings_text(std::span<const MacFinding> findings) {
    Table table({"BLADE", "CHANGE", "MAC", "BEFORE", "SEEN IN"});
    for (const MacFinding& finding : findings) {
        switch (finding.kind) {
            case Kind::same:
            case Kind::empty:
            case Kind::untold:
            case Kind::refused: continue;
            case Kind::fresh:
            case Kind::changed:
            case Kind::exchanged:
            case Kind::moved:
            case Kind::gone: break;
        }
        table.add_row({to_string(finding.blade), change_text(finding), text_of(finding.now),
                       text_of(finding.before), text_of(finding.place)});
    }
    return (table.is_empty() ? "" : table.text()) + count_of_rest(findings);
}

std::string mac_findings_json(std::span<const MacFinding> findings, bool is_applied) {
    auto rows = nlohmann::ordered_json::array();
    for (const MacFinding& finding : findings) {
        nlohmann::ordered_json row{{"blade", to_string(finding.blade)},
                                   {"change", std::string(to_string(finding.kind))}};
        if (finding.now) row["mac"] = to_string(*finding.now);
        if (finding.before) row["before"] = to_string(*finding.before);
        if (finding.other) row["other"] = to_string(*finding.other);
        if (finding.place) {
            row["module"] = to_string(finding.place->module);
            row["bay"] = finding.place->bay;
        }
        if (finding.problem) row["problem"] = finding.problem->message();
        if (finding.problem && !finding.problem->cure().empty())
            row["cure"] = finding.problem->cure();
        rows.push_back(std::move(row));
    }
    const nlohmann::ordered_json all{{"blades", std::move(rows)}, {"applied", is_applied}};
    using Handler = nlohmann::ordered_json::error_handler_t;
    return all.dump(-1, ' ', false, Handler::replace) + '\n';
}

void explain_mac(std::vector<cluster::Explanation>& explanations, const api::BladeMac& mac) {
    const auto learned_by = [](const std::optional<std::string>& source) {
        return "learned by " + terminal_text(source.value_or("somebody"));
    };
    const auto found = std::ranges::find(explanations, "mac", &cluster::Explanation::attribute);
    if (found == explanations.end()) return;
    if (mac.unused) {
        if (!mac.mac) found->origin = terminal_text(mac.cause.value_or(""));
        found->overridden.push_back(to_string(*mac.unused) + ": " + learned_by(mac.unused_source));
    } else if (mac.mac && mac.source != kDefinition) {
        found->value = to_string(*mac.mac);
        found->origin = learned_by(mac.source);
        if (mac.place) found->origin += " in " + text_of(mac.place);
        if (mac.since) found->origin += ", " + to_string(*mac.since).substr(0, 19);
    }
}

std::string macs_text(std::span<const api::BladeMac> macs) {
    Table table({"BLADE", "MAC", "SOURCE", "SEEN IN", "SINCE", "NOT IN FORCE"});
    for (const api::BladeMac& mac : macs) {
        table.add_row(
            {to_string(mac.blade), text_of(mac.mac), terminal_text(mac.source.value_or("")),
             text_of(mac.place), mac.since ? to_string(*mac.since).substr(0, 19) : "",
             mac.unused ? to_string(*mac.unused) + ": " + terminal_text(mac.cause.value_or(""))
                        : ""});
    }
    return table.text();
}

}  // namespace dim::tool
