#include "tools/output/chassis_text.hpp"

#include "tools/output/table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dim::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string bay_map(const std::vector<bool>& installed) {
    std::string map;
    for (std::size_t i = 0; i < installed.size(); ++i)
        if (installed[i]) map += (map.empty() ? "" : " ") + std::to_string(i + 1);
    return map;
}

std::string first_mac(const bladecenter::Blade& blade) {
    return blade.macs.empty() ? "" : to_string(blade.macs.front());
}

std::string type_text(const bladecenter::Blade& blade) {
    return blade.type ? std::string(to_string(*blade.type)) : blade.machine_type;
}

Json to_row(const bladecenter::Blade& blade) {
    auto macs = Json::array();
    for (const auto& mac : blade.macs)
        macs.push_back(to_string(mac));
    return {{"power", to_string(blade.power)},
            {"health", to_string(blade.health)},
            {"led", blade.led ? Json(to_string(*blade.led)) : Json()},
            {"name", blade.name},
            {"type", type_text(blade)},
            {"machine_type", blade.machine_type},
            {"machine_model", blade.machine_model},
            {"serial", blade.serial},
            {"uuid", blade.uuid ? Json(*blade.uuid) : Json()},
            {"macs", std::move(macs)}};
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

std::string degrees(std::optional<double> value) {
    return value ? fmt::format("{:.1f} C", *value) : "-";
}

}  // namespace

std::string inventory_text(const std::vector<bladecenter::BayReport>& bays) {
    Table table({"BAY", "POWER", "TYPE", "NAME", "HEALTH", "SERIAL", "MAC"});
    for (const auto& [bay, blade] : bays) {
        if (!blade) {
            table.add_row({to_string(bay), "?", "", "", "", "", ""});
        } else if (!*blade) {
            table.add_row({to_string(bay), "empty", "", "", "", "", ""});
        } else {
            const bladecenter::Blade& there = **blade;
            table.add_row({to_string(bay), std::string(to_string(there.power)), type_text(there),
                           there.name, std::string(to_string(there.health)), there.serial,
                           first_mac(there)});
        }
    }
    return table.text();
}

std::string inventory_json(const std::vector<bladecenter::BayReport>& bays) {
    auto rows = Json::array();
    for (const auto& [bay, blade] : bays) {
        Json row{{"bay", bay.number()}};
        if (!blade) {
            row["error"] = blade.error().message();
        } else {
            row["blade"] = *blade ? to_row(**blade) : Json();
        }
        rows.push_back(std::move(row));
    }
    return Json{{"bays", std::move(rows)}}.dump() + '\n';
}

std::string chassis_text(const bladecenter::ChassisReport& report) {
    return fmt::format("name           {}\nmachine        {}-{}\nserial         {}\nuuid           "
                       "{}\nhealth         {}\nbays           {}\nblades in bays {}\n",
                       report.name, report.machine_type, report.machine_model, report.serial,
                       report.uuid.value_or("-"), to_string(report.health), report.bays,
                       bay_map(report.installed));
}

std::string chassis_json(const bladecenter::ChassisReport& report) {
    return Json{{"name", report.name},
                {"machine_type", report.machine_type},
                {"machine_model", report.machine_model},
                {"serial", report.serial},
                {"uuid", or_null(report.uuid)},
                {"health", to_string(report.health)},
                {"bays", report.bays},
                {"installed", report.installed}}
               .dump() +
           '\n';
}

std::string vitals_text(const bladecenter::Vitals& vitals) {
    std::string text = fmt::format("management module  {}\nambient            {}\n",
                                   degrees(vitals.module), degrees(vitals.ambient));
    for (std::size_t i = 0; i < vitals.blowers.size(); ++i) {
        const bladecenter::Blower& blower = vitals.blowers[i];
        text += fmt::format("blower {}           {}{}\n", i + 1,
                            blower.percent ? std::to_string(*blower.percent) + " %" : "-",
                            blower.state ? ", " + std::string(to_string(*blower.state)) : "");
    }
    for (std::size_t i = 0; i < vitals.power_modules.size(); ++i) {
        const bladecenter::PowerModule& module = vitals.power_modules[i];
        const std::string state =
            module.is_there ? std::string(to_string(module.state)) : "not installed";
        text += fmt::format("power module {}     {}{}\n", i + 1, state,
                            module.details.empty() ? "" : ": " + module.details);
    }
    return text;
}

std::string vitals_json(const bladecenter::Vitals& vitals) {
    auto speeds = Json::array();
    auto blowers = Json::array();
    for (const bladecenter::Blower& blower : vitals.blowers) {
        speeds.push_back(or_null(blower.percent));
        blowers.push_back({{"percent", or_null(blower.percent)},
                           {"state", blower.state ? Json(to_string(*blower.state)) : Json()}});
    }
    auto modules = Json::array();
    for (const bladecenter::PowerModule& module : vitals.power_modules)
        modules.push_back(
            module.is_there ? Json{{"state", to_string(module.state)}, {"details", module.details}}
                            : Json());
    return Json{{"module_celsius", or_null(vitals.module)},
                {"ambient_celsius", or_null(vitals.ambient)},
                {"blower_percent", std::move(speeds)},
                {"blowers", std::move(blowers)},
                {"power_modules", std::move(modules)}}
               .dump() +
           '\n';
}

std::string event_log_text(const std::vector<bladecenter::EventLogEntry>& entries) {
    std::string text;
    for (const auto& entry : entries)
        text += fmt::format("{}  {:<5} {:<10} {}\n", entry.time, entry.severity, entry.source,
                            entry.text);
    return text;
}

std::string event_log_json(const std::vector<bladecenter::EventLogEntry>& entries) {
    auto rows = Json::array();
    for (const auto& entry : entries) {
        rows.push_back({{"time", entry.time},
                        {"severity", entry.severity},
                        {"source", entry.source},
                        {"name", entry.name},
                        {"text", entry.text}});
    }
    return Json{{"events", std::move(rows)}}.dump() + '\n';
}

}  // namespace dim::tool
