#include "imageserver/chassis/chassis_target.hpp"

#include "libdim/cluster/definition/blade_bay.hpp"

#include <algorithm>

namespace dim::server {

namespace {

ModulePoint point_of(const cluster::Component& module, const cluster::ModuleContact& contact) {
    ModulePoint point{.name = module.name,
                      .settings = {.agent = {.address = contact.address}, .retries = kMostRetries},
                      .credentials = contact.credentials};
    if (contact.port) point.settings.agent.port = *contact.port;
    if (contact.timeout_ms)
        point.settings.timeout = std::min<std::chrono::milliseconds>(
            std::chrono::milliseconds(*contact.timeout_ms), kLongestAnswer);
    if (contact.retries)
        point.settings.retries =
            std::min(static_cast<int>(*contact.retries), static_cast<int>(kMostRetries));
    return point;
}

Result<ChassisTarget> target_of(const cluster::Definition& definition,
                                const cluster::Component& module) {
    DIM_TRY(const auto contact, cluster::contact_of(definition, module));
    ChassisTarget target{
        .module = point_of(module, contact), .module_bay = contact.module_bay, .blades = {}};
    if (contact.partner == nullptr) return target;
    DIM_TRY(const auto partner, cluster::contact_of(definition, *contact.partner));
    target.partner = point_of(*contact.partner, partner);
    return target;
}

}  // namespace

std::vector<ChassisTarget> chassis_targets(const cluster::Definition& definition,
                                           const model::ComponentName& server) {
    std::vector<ChassisTarget> targets;
    std::map<model::ComponentName, std::optional<std::size_t>> known;  // absent: not to be asked
    const cluster::BladeBays bays(definition);
    for (const cluster::Blade& blade : cluster::blades_of(definition, server)) {
        const auto place = bays.of(blade);
        if (!place) continue;
        const auto [found, is_new] = known.try_emplace(place->module->name);
        if (is_new) {
            if (auto target = target_of(definition, *place->module);
                target && target->module.credentials) {
                found->second = targets.size();
                targets.push_back(*std::move(target));
            }
        }
        if (found->second) targets[*found->second].blades.emplace(place->bay, blade.name);
    }
    return targets;
}

}  // namespace dim::server
