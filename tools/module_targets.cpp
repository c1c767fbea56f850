#include "tools/module_targets.hpp"

#include "libdim/cluster/definition/blade_bay.hpp"
#include "tools/cluster_source.hpp"
#include "tools/component_query.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace dim::tool {

namespace {

Outcome<ModuleContactPoint> contact_point(const cluster::Definition& definition,
                                          const cluster::Component& module,
                                          const ModuleAccess& access) {
    DIM_TRY(const cluster::ModuleContact contact, cluster::contact_of(definition, module));
    ModuleContactPoint point{.agent = {.address = contact.address},
                             .credentials = access.credentials_file};
    if (contact.port) point.agent.port = *contact.port;
    if (!point.credentials) point.credentials = contact.credentials;
    return point;
}

/// The answers of one module, in the order of its bays.
std::vector<Result<BayAnswer>> answers_of(const ModuleTarget& target, const ModuleAccess& access,
                                          const BayAction& action,
                                          std::chrono::milliseconds stagger) {
    std::vector<bladecenter::Bay> bays;
    for (const BayTarget& bay : target.bays)
        bays.push_back(bay.bay);
    const auto all_fail = [&](const Error& error) {
        return std::vector<Result<BayAnswer>>(bays.size(), fail(error));
    };
    auto module = access.open(target.contact);
    if (!module) return all_fail(module.error());
    if (action.ask) {
        auto asked = action.ask(*module, bays);
        return asked ? *std::move(asked) : all_fail(asked.error());
    }
    std::vector<Result<BayAnswer>> answers;
    for (const bladecenter::Bay bay : bays) {
        if (!answers.empty()) std::this_thread::sleep_for(stagger);
        answers.push_back(action.act(*module, bay));
    }
    return answers;
}

void act_on_module(const ModuleTarget& target, const ModuleAccess& access, const BayAction& action,
                   std::chrono::milliseconds stagger, std::vector<BayResult>& results) {
    auto answers = answers_of(target, access, action, stagger);
    for (std::size_t i = 0; i < target.bays.size(); ++i)
        results.push_back(
            {target.bays[i].name, target.name, target.bays[i].bay, std::move(answers[i])});
}

}  // namespace

Outcome<std::vector<ModuleTarget>> blade_targets(const Context& context, const ModuleAccess& access,
                                                 const std::string& range) {
    DIM_TRY(const std::string parsed, parse_ranges({&range, 1}));
    DIM_TRY(const auto definition, load_cluster(context));
    DIM_TRY(const api::NameList list, query_components(context, {.range = parsed, .role = {}}));
    std::vector<ModuleTarget> targets;
    for (const api::NamedComponent& named : list.names) {
        const cluster::Blade* blade = cluster::find_blade(definition, named.name);
        if (blade == nullptr)
            return fail(Error(ErrorCode::not_found, to_string(named.name) + " is no blade"));
        DIM_TRY(const cluster::BladeBay place, cluster::bay_of(definition, *blade));
        DIM_TRY(const auto bay, bladecenter::Bay::parse(std::to_string(place.bay)));
        const std::string module = to_string(place.module->name);
        auto target = std::ranges::find(targets, module, &ModuleTarget::name);
        if (target == targets.end()) {
            DIM_TRY(auto contact, contact_point(definition, *place.module, access));
            targets.push_back({module, std::move(contact), {}});
            target = std::prev(targets.end());
        }
        target->bays.push_back({to_string(named.name), bay});
    }
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

std::vector<BayResult> act_on_bays(const std::vector<ModuleTarget>& targets,
                                   const ModuleAccess& access, const BayAction& action,
                                   std::chrono::milliseconds stagger) {
    std::vector<std::vector<BayResult>> results(targets.size());
    std::atomic<std::size_t> next = 0;
    {
        std::vector<std::jthread> threads;
        const std::size_t count = std::min(targets.size(), kModulesAtOnce);
        for (std::size_t i = 0; i < count; ++i) {
            threads.emplace_back([&] {
                for (std::size_t mine = next++; mine < targets.size(); mine = next++)
                    act_on_module(targets[mine], access, action, stagger, results[mine]);
            });
        }
    }
    std::vector<BayResult> all;
    for (auto& of_module : results)
        std::ranges::move(of_module, std::back_inserter(all));
    return all;
}

}  // namespace dim::tool
