#include "tools/module_targets.hpp"

#include "libdim/bladecenter/module_power.hpp"
#include "tools/cluster_source.hpp"
#include "tools/component_query.hpp"

#include <algorithm>
#include <utility>

namespace dim::tool {

namespace {

AgentPoint agent_point(const cluster::ModuleContact& contact, const ModuleAccess& access) {
    AgentPoint point{.agent = {.address = contact.address},
                     .credentials = access.credentials_file,
                     .timeout_ms = contact.timeout_ms,
                     .retries = contact.retries};
    if (contact.port) point.agent.port = *contact.port;
    if (!point.credentials) point.credentials = contact.credentials;
    return point;
}

std::vector<bladecenter::Bay> bays_of(const ModuleTarget& target) {
    std::vector<bladecenter::Bay> bays;
    for (const BayTarget& bay : target.bays)
        bays.push_back(bay.bay);
    return bays;
}

std::vector<BladePlace> places_of(const ModuleTarget& target) {
    std::vector<BladePlace> places;
    for (const BayTarget& bay : target.bays)
        places.push_back({bay.name, bay.bay.number()});
    return places;
}

/// The answers of one module, in the order of its bays.
std::vector<Result<BladeAnswer>> bay_answers_of(const ModuleTarget& target,
                                                const ModuleAccess& access, const BayAction& action,
                                                std::chrono::milliseconds stagger) {
    const auto all_fail = [&](const Error& error) {
        return std::vector<Result<BladeAnswer>>(target.bays.size(), fail(error));
    };
    auto module = access.open(target.contact);
    if (!module) return all_fail(module.error());
    if (action.ask) {
        auto asked = action.ask(*module, bays_of(target));
        if (!asked) return all_fail(asked.error());
        for (auto& answer : *asked)
            if (answer) add_remark(*answer, module->remark());
        return *std::move(asked);
    }
    return one_after_the_other(
        target.bays.size(), stagger, [&](std::size_t at) -> Result<BladeAnswer> {
            DIM_TRY(BladeAnswer answer, action.act(*module, target.bays[at].bay));
            add_remark(answer, module->remark());
            return answer;
        });
}

}  // namespace

Result<ModuleContactPoint> contact_point(const cluster::Definition& definition,
                                         const cluster::Component& module,
                                         const ModuleAccess& access) {
    DIM_TRY(const cluster::ModuleContact contact, cluster::contact_of(definition, module));
    ModuleContactPoint point{.first = agent_point(contact, access), .bay = contact.module_bay};
    if (contact.partner == nullptr) return point;
    DIM_TRY(const auto partner, cluster::contact_of(definition, *contact.partner));
    point.partner = agent_point(partner, access);
    point.partner_name = to_string(contact.partner->name);
    return point;
}

Result<void> add_blade(const cluster::Definition& definition, const cluster::BladeBays& bays,
                       const cluster::Blade& blade, const ModuleAccess& access,
                       std::vector<ModuleTarget>& targets) {
    DIM_TRY(const cluster::BladeBay place, bays.of(blade));
    DIM_TRY(const auto bay, bladecenter::Bay::parse(std::to_string(place.bay)));
    const std::string module = to_string(place.module->name);
    auto target = std::ranges::find(targets, module, &ModuleTarget::name);
    if (target == targets.end()) {
        DIM_TRY(auto contact, contact_point(definition, *place.module, access));
        targets.push_back({module, std::move(contact), {}});
        target = std::prev(targets.end());
    }
    target->bays.push_back({to_string(blade.name), bay});
    return {};
}

Outcome<std::vector<ModuleTarget>> blade_targets(const Context& context, const ModuleAccess& access,
                                                 const std::string& range) {
    DIM_TRY(const auto definition, load_cluster(context));
    DIM_TRY(const auto blades, blades_in_range(context, definition, {&range, 1}));
    const cluster::BladeBays bays(definition);
    std::vector<ModuleTarget> targets;
    for (const cluster::Blade* blade : blades)
        DIM_CHECK(add_blade(definition, bays, *blade, access, targets));
    return targets;
}

Outcome<ModuleTarget> chassis_target(const Context& context, const ModuleAccess& access,
                                     const std::string& range) {
    DIM_TRY(const std::string parsed, parse_ranges({&range, 1}));
    DIM_TRY(const auto definition, load_cluster(context));
    DIM_TRY(const api::NameList list,
            query_components(context, {.range = parsed, .role = "management-module"}));
    if (list.names.size() != 1)
        return wrong_usage(Error(ErrorCode::invalid_input, "'" + range + "' names " +
                                                               std::to_string(list.names.size()) +
                                                               " management modules")
                               .with_cure("name one chassis by its module"));
    const model::ComponentName& name = list.names.front().name;
    DIM_TRY(const auto position, definition.taxonomy.find(name.text()));
    const cluster::Component* module = cluster::find_component(definition, position).other;
    if (module == nullptr || module->role != cluster::ComponentRole::management_module)
        return fail(Error(ErrorCode::not_found, to_string(name) + " is no management module"));
    DIM_TRY(auto contact, contact_point(definition, *module, access));
    return ModuleTarget{to_string(name), std::move(contact), {}};
}

std::vector<PowerTarget> power_targets(const std::vector<ModuleTarget>& targets,
                                       const ModuleAccess& access) {
    if (!targets.empty()) snmp::Session::prepare();
    std::vector<PowerTarget> power;
    for (const ModuleTarget& target : targets) {
        const auto open = [access, target]() -> Result<std::unique_ptr<power::PowerControl>> {
            DIM_TRY(auto module, access.open(target.contact));
            return std::make_unique<bladecenter::ModulePower>(std::move(module), bays_of(target));
        };
        power.push_back({target.name, places_of(target), open});
    }
    return power;
}

std::vector<BladeResult> act_on_bays(const std::vector<ModuleTarget>& targets,
                                     const ModuleAccess& access, const BayAction& action,
                                     std::chrono::milliseconds stagger) {
    snmp::Session::prepare();
    std::vector<ControllerWork> work;
    for (const ModuleTarget& target : targets) {
        work.push_back({target.name, places_of(target),
                        [&] { return bay_answers_of(target, access, action, stagger); }});
    }
    return at_controllers(work);
}

}  // namespace dim::tool
