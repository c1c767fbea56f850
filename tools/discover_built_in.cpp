#include "libdim/base/in_parallel.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/file.hpp"
#include "tools/at_controllers.hpp"
#include "tools/discover_plugin.hpp"
#include "tools/mac_file.hpp"
#include "tools/module_targets.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <map>

namespace dim::tool {

using model::ComponentName;
using model::MacAddress;

namespace {

constexpr std::size_t kMacFileBytes = 4 * 1024 * 1024;
constexpr std::int64_t kRecentUs = std::int64_t{3600} * 1'000'000;

/// What a module says of the bay of one blade.
Sighting sighting_of(const bladecenter::BayReport& report, const ComponentName& module) {
    const api::MacPlace place{module, report.bay.number()};
    if (!report.blade) return {.macs = fail(report.blade.error()), .place = place};
    if (!*report.blade) return {.macs = std::vector<MacAddress>(), .place = place};
    if ((*report.blade)->macs.empty())
        return {.macs = fail(ErrorCode::unavailable,
                             "the management module tells no MAC of the blade in bay " +
                                 to_string(report.bay)),
                .place = place};
    return {.macs = (*report.blade)->macs, .place = place};
}

Sightings sightings_at(const ModuleTarget& target, const ModuleAccess& access) {
    const auto ask = [&]() -> Result<std::vector<bladecenter::BayReport>> {
        DIM_TRY(auto module, access.open(target.contact));
        std::vector<bladecenter::Bay> bays;
        for (const BayTarget& bay : target.bays)
            bays.push_back(bay.bay);
        return module.bays(bays);
    };
    const auto reports = ask();
    const auto module = ComponentName::parse(target.name);
    Sightings sightings;
    for (std::size_t i = 0; i < target.bays.size(); ++i) {
        const auto name = ComponentName::parse(target.bays[i].name);
        if (!name || !module) continue;
        sightings.emplace(*name, reports ? sighting_of((*reports)[i], *module)
                                         : Sighting{.macs = fail(reports.error())});
    }
    return sightings;
}

/// Who asked and is nobody's, the first that did first. Errors: conflict when one asks since before
/// the last hour: it may have been switched on before all others, and nobody knows who it is.
Result<std::vector<MacAddress>> unknown_macs(const api::ClusterStatus& status) {
    const auto is_recent = [&](const model::Timestamp& time) {
        return status.now.microseconds() - time.microseconds() <= kRecentUs;
    };
    std::vector<api::Alert> alerts = status.alerts;
    std::erase_if(alerts, [&](const api::Alert& alert) {
        return alert.kind != "unknown-mac" || !is_recent(alert.last);
    });
    std::ranges::sort(alerts, {}, &api::Alert::first);
    std::vector<MacAddress> macs;
    for (const api::Alert& alert : alerts) {
        const auto mac = MacAddress::parse(alert.origin);
        if (!mac) continue;
        if (!is_recent(alert.first))
            return fail(Error(ErrorCode::conflict, to_string(*mac) + " asks since " +
                                                       to_string(alert.first) +
                                                       ": nobody can tell which blade asks anew")
                            .with_cure("dim blade learn BLADE MAC"));
        macs.push_back(*mac);
    }
    return macs;
}

std::string list_text(const std::vector<MacAddress>& macs) {
    std::string text;
    for (const MacAddress& mac : macs)
        text += (text.empty() ? "" : ", ") + to_string(mac);
    return text;
}

/// Errors: why nobody can say which of MACS is which of BLADES.
Result<void> check_certain(const std::vector<ComponentName>& blades,
                           const std::vector<MacAddress>& macs, bool is_in_order) {
    if (macs.empty())
        return fail(Error(ErrorCode::not_found, "no unknown blade asked for an address in the last "
                                                "hour")
                        .with_cure("switch the blade on, and see 'dim status'"));
    if (macs.size() != blades.size())
        return fail(Error(ErrorCode::conflict, count_text(blades.size(), "blade") + " named, and " +
                                                   std::to_string(macs.size()) +
                                                   " asked: " + list_text(macs))
                        .with_cure("name as many, or 'dim blade learn BLADE MAC'"));
    if (macs.size() > 1 && !is_in_order)
        return fail(
            Error(ErrorCode::conflict, "nobody can tell which blade is which: " + list_text(macs))
                .with_cure("--in-order, if they were switched on in the order of their "
                           "names; or 'dim blade learn BLADE MAC'"));
    return {};
}

}  // namespace

Outcome<DiscoverAnswers> ask_chassis(const DiscoverQuestion& question) {
    std::string range;
    for (const DiscoverComponent& component : question.components)
        range += (range.empty() ? "" : ",") + to_string(component.name);
    DIM_TRY(const auto targets, blade_targets(question.context, question.access, range));
    snmp::Session::prepare();
    DiscoverAnswers answers;
    for (auto& sightings :
         in_parallel(std::span(targets), kControllersAtOnce, [&](const ModuleTarget& target) {
             return sightings_at(target, question.access);
         }))
        answers.sightings.merge(sightings);
    return answers;
}

Outcome<DiscoverAnswers> read_mac_file(const DiscoverQuestion& question) {
    if (!question.csv_file)
        return wrong_usage(Error(ErrorCode::invalid_input, "--plugin csv needs --file")
                               .with_cure("name a file with lines NAME,MAC"));
    DIM_TRY(const std::string text, sys::read_file(*question.csv_file, kMacFileBytes));
    DIM_TRY(auto answers, parse_mac_file(text, question.macs.definition().taxonomy,
                                         names_of(question.components)));
    for (Error& problem : answers.problems)
        problem = std::move(problem).with_context(*question.csv_file);
    for (auto& [name, sighting] : answers.sightings)
        if (!sighting.macs)
            sighting.macs = fail(Error(sighting.macs.error()).with_context(*question.csv_file));
    return answers;
}

Outcome<DiscoverAnswers> read_dhcp_alerts(const DiscoverQuestion& question) {
    std::map<const ServerMacs*, std::vector<ComponentName>> by_server;
    for (const DiscoverComponent& component : question.components)
        if (const ServerMacs* server = question.macs.server_of(component.name))
            by_server[server].push_back(component.name);
    DiscoverAnswers answers;
    for (const auto& [server, blades] : by_server) {
        DIM_TRY(const auto status,
                daemon_of(question.context, *server).get<api::ClusterStatus>("/v1/status"));
        DIM_TRY(const auto macs, unknown_macs(status));
        DIM_CHECK(check_certain(blades, macs, question.is_in_order));
        for (std::size_t i = 0; i < blades.size(); ++i)
            answers.sightings.emplace(blades[i], Sighting{.macs = std::vector{macs[i]}});
    }
    return answers;
}

}  // namespace dim::tool
