#include "tools/output/status_text.hpp"

#include "libdim/model/byte_size.hpp"
#include "tools/output/table.hpp"
#include "tools/output/terminal_text.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace dim::tool {

namespace {

std::string image_text(const api::BladeStatus& blade) {
    if (!blade.image) return "";
    return to_string(*blade.image) + (blade.generation ? '/' + to_string(*blade.generation) : "");
}

/// The blade's own time to boot: what was measured of it, added up.
std::optional<double> boot_seconds(const api::BootSeconds& seconds) {
    if (!seconds.init) return std::nullopt;
    return seconds.firmware.value_or(0) + seconds.kernel.value_or(0) + seconds.agent.value_or(0) +
           *seconds.init;
}

std::string blades_text(const api::ClusterStatus& status) {
    Table table({"BLADE", "TYPE", "ADDRESS", "IMAGE", "STATE", "STAGE", "HEARD", "BOOT TOOK"});
    for (const api::BladeStatus& blade : status.blades) {
        table.add_row({to_string(blade.name), platform_text(blade), to_string(blade.address),
                       image_text(blade), std::string(to_string(blade.state)),
                       blade.stage ? std::string(to_string(*blade.stage)) : "",
                       blade.age_seconds ? duration_text(blade.age_seconds) + " ago" : "",
                       duration_text(boot_seconds(blade.seconds))});
    }
    return table.text();
}

std::string disk_text(const api::DiskStatus& disk) {
    const auto size = [](std::uint64_t bytes) { return to_string(model::ByteSize(bytes)); };
    std::string text =
        fmt::format("disk {}: {} of {} free; blade images ({}): {} promised, {} taken",
                    disk.directory, size(disk.free_bytes), size(disk.total_bytes),
                    disk.provisioning, size(disk.committed_bytes), size(disk.allocated_bytes));
    if (disk.full_in_seconds) text += "; full in " + duration_text(disk.full_in_seconds);
    return text + '\n';
}

/// "chassis s01c1mm: normal, 3 blades: 2 on, 1 off; asked 12 s ago"
std::string chassis_line(const api::ChassisStatus& chassis) {
    std::string text = "chassis " + to_string(chassis.module) + ": ";
    if (!chassis.answered) return text + "has not answered yet\n";
    std::map<std::string, int> powers;
    for (const api::ChassisBay& bay : chassis.bays)
        ++powers[bay.power.value_or("unclear")];
    text += chassis.health.value_or("health unknown") +
            fmt::format(", {} blade{}", chassis.bays.size(), chassis.bays.size() == 1 ? "" : "s");
    const char* separator = ": ";
    for (const auto& [power, count] : powers) {
        text += fmt::format("{}{} {}", separator, count, power);
        separator = ", ";
    }
    if (chassis.age_seconds) text += "; asked " + duration_text(chassis.age_seconds) + " ago";
    return text + '\n';
}

std::string chassis_text(const api::ClusterStatus& status) {
    std::string text;
    for (const api::ChassisStatus& chassis : status.chassis) {
        text += chassis_line(chassis);
        if (chassis.problem) text += "  " + *chassis.problem + '\n';
        if (chassis.problem && chassis.cure) text += "  cure: " + *chassis.cure + '\n';
        for (const api::ChassisBay& bay : chassis.bays) {
            const std::string name =
                bay.blade ? to_string(*bay.blade) : fmt::format("bay {}", bay.bay);
            if (bay.problem) text += fmt::format("  {}: {}\n", name, *bay.problem);
            if (bay.health && *bay.health != "good" && *bay.health != "unknown" &&
                bay.power != "off")
                text += fmt::format("  {}: its health is {}\n", name, *bay.health);
        }
    }
    return text;
}

std::string services_text(const api::ClusterStatus& status) {
    std::string text;
    for (const api::ServiceStatus& service : status.services) {
        if (service.is_running && !service.cause) continue;
        text += fmt::format("service {}: {}{}\n", service.name,
                            service.is_running ? "runs, but " : "does not run: ",
                            service.cause.value_or("nobody knows why"));
    }
    return text;
}

/// "s01c1b01 s01c1b02 and 12 more"
std::string some_names(const std::vector<model::ComponentName>& names) {
    constexpr std::size_t kShown = 8;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += (i == 0 ? "" : " ") + to_string(names[i]);
    if (names.size() > kShown) text += fmt::format(" and {} more", names.size() - kShown);
    return text;
}

/// "old kernel 6.1.0-50-amd64: 2 blades; 6.1.0-51-amd64 at their next boot: s01c1b01 s01c1b02"
std::string kernels_text(const api::ClusterStatus& status) {
    std::map<std::pair<std::string, std::string>, std::vector<model::ComponentName>> blades;
    for (const api::BladeStatus& blade : status.blades)
        if (blade.kernel && blade.next_kernel)
            blades[{*blade.kernel, *blade.next_kernel}].push_back(blade.name);
    std::string text;
    for (const auto& [kernels, names] : blades)
        text += terminal_text(fmt::format("old kernel {}: {}; {} at their next boot: {}",
                                          kernels.first, count_text(names.size(), "blade"),
                                          kernels.second, some_names(names))) +
                '\n';
    return text;
}

std::string alerts_text(const api::ClusterStatus& status) {
    std::string text;
    for (const api::Alert& alert : status.alerts) {
        text += fmt::format("{} {} from {}: {}{}\n", to_string(alert.last).substr(0, 19),
                            alert.kind, alert.origin, alert.text,
                            alert.count > 1 ? fmt::format(" ({} times)", alert.count) : "");
        if (alert.cure) text += "  cure: " + *alert.cure + '\n';
    }
    return text;
}

}  // namespace

std::string trouble_text(const api::BladeStatus& blade) {
    if (!blade.cause) return "";
    std::string text = to_string(blade.name) + ": " + std::string(to_string(blade.state));
    if (blade.stage) text += " at " + std::string(to_string(*blade.stage));
    text += ": " + *blade.cause + '\n';
    if (blade.cure) text += "  cure: " + *blade.cure + '\n';
    return text;
}

std::string status_text(const api::ClusterStatus& status) {
    std::string text =
        fmt::format("image server {}, DIM {}, up since {}\n\n", to_string(status.server),
                    status.version, to_string(status.since).substr(0, 19));
    text += blades_text(status);
    if (status.disk) text += '\n' + disk_text(*status.disk);
    if (const std::string chassis = chassis_text(status); !chassis.empty()) text += '\n' + chassis;
    std::string trouble;
    for (const api::BladeStatus& blade : status.blades)
        trouble += trouble_text(blade);
    trouble += services_text(status);
    if (!trouble.empty()) text += '\n' + trouble;
    if (const std::string kernels = kernels_text(status); !kernels.empty()) text += '\n' + kernels;
    if (const std::string alerts = alerts_text(status); !alerts.empty())
        text += "\nAlerts:\n" + alerts;
    return text;
}

}  // namespace dim::tool
