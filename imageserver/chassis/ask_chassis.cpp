#include "imageserver/chassis/ask_chassis.hpp"

#include "libdim/tls/private_file.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

namespace {

using bladecenter::ManagementModule;

std::optional<std::string> told(std::string text) {
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::string> product(const std::string& type, const std::string& model) {
    return told(type.empty() || model.empty() ? type + model : type + '-' + model);
}

api::ChassisBay bay_said(const bladecenter::Blade& blade) {
    return {.bay = 0,
            .power = std::string(to_string(blade.power)),
            .health = std::string(to_string(blade.health)),
            .type = product(blade.machine_type, blade.machine_model),
            .serial = told(blade.serial),
            .label = told(blade.name)};
}

Result<snmp::Session> open_session(const ModulePoint& point) {
    DIM_TRY(const auto credentials, read_credentials(point));
    return snmp::Session::open(point.settings, credentials);
}

Result<ManagementModule> open_module(const ChassisTarget& target) {
    auto session = open_session(target.module);
    if (!target.partner) {
        if (!session) return fail(std::move(session).error());
        return ManagementModule(*std::move(session));
    }
    const std::string name = to_string(target.partner->name);
    if (session)
        return ManagementModule(
            *std::move(session),
            ManagementModule::Partner{
                .name = name,
                .open = [partner = *target.partner] { return open_session(partner); },
                .our_bay = target.module_bay});
    // A user of version 3 finds out here that the first one is silent.
    if (!bladecenter::is_silence(session.error())) return fail(std::move(session).error());
    auto other = open_session(*target.partner);
    if (!other)
        return fail(bladecenter::neither_answers(std::move(session).error(), name, other.error()));
    return ManagementModule::of_partner(*std::move(other), name);
}

}  // namespace

api::ChassisStatus chassis_said(const ChassisTarget& target,
                                const bladecenter::ChassisReport& report,
                                const std::vector<bladecenter::BayReport>& bays) {
    api::ChassisStatus said{.module = target.module.name,
                            .health = std::string(to_string(report.health)),
                            .type = product(report.machine_type, report.machine_model),
                            .serial = told(report.serial),
                            .label = told(report.name)};
    for (const bladecenter::BayReport& bay : bays) {
        if (bay.blade && !*bay.blade) continue;
        api::ChassisBay bay_status =
            bay.blade ? bay_said(**bay.blade)
                      : api::ChassisBay{.bay = 0, .problem = bay.blade.error().message()};
        bay_status.bay = bay.bay.number();
        if (const auto blade = target.blades.find(bay.bay.number()); blade != target.blades.end())
            bay_status.blade = blade->second;
        said.bays.push_back(std::move(bay_status));
    }
    return said;
}

Result<api::ChassisStatus> ask_chassis(const ChassisTarget& target) {
    DIM_TRY(ManagementModule module, open_module(target));
    DIM_TRY(const auto report, module.chassis());
    std::vector<bladecenter::Bay> bays = bladecenter::Bay::all();
    std::erase_if(bays, [&](bladecenter::Bay bay) {
        return std::cmp_greater(bay.number(), std::max(report.bays, 0));
    });
    DIM_TRY(const auto reports, module.bays(bays));
    return chassis_said(target, report, reports);
}

Result<snmp::Credentials> read_credentials(const ModulePoint& point) {
    if (!point.credentials)
        return fail(Error(ErrorCode::not_found, "the definition names no credentials for it")
                        .with_cure("give " + to_string(point.name) +
                                   " a property 'credentials' that names a file of mode 0600 "
                                   "on this server (docs/hardware.md)"));
    DIM_TRY(const tls::SecretText text, tls::read_private_file(*point.credentials));
    auto parsed = snmp::parse_credentials(text.view());
    if (!parsed) return fail(std::move(parsed).error().with_context(*point.credentials));
    return parsed;
}

}  // namespace dim::server
