#include "libdim/cluster/definition/blade_bay.hpp"

#include "libdim/cluster/definition/blade_power.hpp"
#include "libdim/cluster/definition/number_property.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace dim::cluster {

namespace {

constexpr std::uint32_t kLargestBay = 1000;
constexpr std::uint32_t kShortestTimeoutMs = 10;
constexpr std::uint32_t kLongestTimeoutMs = 600'000;
constexpr std::uint32_t kMostRetries = 20;
constexpr std::uint32_t kModuleBays = 2;

/// The management module that PROPERTY of OF names.
Result<const Component*> named_module(const Definition& definition, const model::ComponentName& of,
                                      const std::string& property, const std::string& name) {
    DIM_TRY(const Position position, definition.taxonomy.find(name));
    const Component* found = find_component(definition, position).other;
    if (found != nullptr && found->role == ComponentRole::management_module) return found;
    return fail(ErrorCode::invalid_input, "property " + property + " of " + to_string(of) + ": " +
                                              name + " is no management module");
}

/// How many of LEVELS, from the outermost, blades have too; all of them when it is none: what is
/// below is no place but which of several modules it is.
std::size_t depth_of_place(const Taxonomy& taxonomy, std::span<const std::size_t> levels) {
    std::size_t depth = 0;
    for (std::size_t kind = 0; kind < taxonomy.kinds().size(); ++kind) {
        if (taxonomy.kinds()[kind].role != ComponentRole::blade) continue;
        const auto both = std::ranges::mismatch(levels, taxonomy.levels_of(kind));
        depth = std::max(depth, static_cast<std::size_t>(both.in1 - levels.begin()));
    }
    return depth == 0 ? levels.size() : depth;
}

/// In one chassis, as far as the definition can tell.
bool is_same_place(const Taxonomy& taxonomy, Position one, Position other) {
    const auto levels = taxonomy.levels_of(one.kind);
    if (!std::ranges::equal(levels, taxonomy.levels_of(other.kind))) return false;
    if (one.number == other.number) return true;
    const auto numbers = taxonomy.coordinates(one);
    const auto depth = static_cast<std::ptrdiff_t>(depth_of_place(taxonomy, levels));
    return std::equal(numbers.begin(), numbers.begin() + depth,
                      taxonomy.coordinates(other).begin());
}

/// nullptr without. A wrong one would be sent commands for blades of another chassis.
Result<const Component*> partner_of(const Definition& definition, const Component& module) {
    const auto name = attribute_of(definition, module.position, "partner");
    if (!name) return nullptr;
    DIM_TRY(const Component* partner, named_module(definition, module.name, "partner", *name));
    const std::string property = "property partner of " + to_string(module.name) + ": ";
    if (partner == &module) return fail(ErrorCode::invalid_input, property + "it is itself");
    if (is_same_place(definition.taxonomy, module.position, partner->position)) return partner;
    return fail(Error(ErrorCode::invalid_input, property + to_string(partner->name) +
                                                    " is not in the same chassis: it stands at "
                                                    "another place of the cluster definition")
                    .with_cure("name the other module of this chassis; nothing was sent"));
}

/// Errors: conflict when another module of the place names PARTNER too.
Result<void> check_only_partner(const Definition& definition, const Component& module,
                                const Component& partner) {
    for (const Component& other : definition.components) {
        if (other.role != ComponentRole::management_module || &other == &module ||
            !is_same_place(definition.taxonomy, other.position, partner.position))
            continue;
        const auto named = partner_of(definition, other);
        if (!named || *named != &partner) continue;
        return fail(Error(ErrorCode::conflict, to_string(partner.name) + " is the partner of " +
                                                   to_string(module.name) + " and of " +
                                                   to_string(other.name))
                        .with_cure("a chassis has two modules: describe chassis as levels"));
    }
    return {};
}

/// Of ALIKE, which are as near to BLADE.
Result<const Component*> one_of(const Definition& definition, const Blade& blade,
                                const std::vector<const Component*>& alike) {
    if (alike.size() == 1) return alike.front();
    const Component* const first = alike[0];
    const Component* const second = alike[1];
    if (alike.size() == 2) {
        // Two that stand in for each other are no doubt.
        for (const auto& [one, other] : {std::pair(first, second), std::pair(second, first)}) {
            DIM_TRY(const Component* partner, partner_of(definition, *one));
            if (partner == other) return one;
        }
    }
    return fail(Error(ErrorCode::conflict, to_string(blade.name) + " has two management modules: " +
                                               to_string(first->name) + " and " +
                                               to_string(second->name))
                    .with_cure("say which one by a property 'module' of the blade"));
}

/// Of POSITION's levels, the DEPTH outermost.
ModulePlace place_above(const Taxonomy& taxonomy, Position position, std::size_t depth) {
    const auto levels = taxonomy.levels_of(position.kind);
    auto numbers = taxonomy.coordinates(position);
    numbers.resize(depth);
    return {depth == 0 ? std::nullopt : std::optional(levels[depth - 1]), std::move(numbers)};
}

ModulesByPlace modules_by_place(const Definition& definition) {
    ModulesByPlace modules;
    const Taxonomy& taxonomy = definition.taxonomy;
    for (const Component& component : definition.components) {
        if (component.role != ComponentRole::management_module) continue;
        const std::size_t depth = taxonomy.levels_of(component.position.kind).size();
        modules[place_above(taxonomy, component.position, depth)].push_back(&component);
    }
    return modules;
}

Result<const Component*> nearest_module(const Definition& definition, const ModulesByPlace& modules,
                                        const Blade& blade) {
    const Taxonomy& taxonomy = definition.taxonomy;
    for (std::size_t depth = taxonomy.levels_of(blade.position.kind).size() + 1; depth-- > 0;) {
        const auto found = modules.find(place_above(taxonomy, blade.position, depth));
        if (found != modules.end()) return one_of(definition, blade, found->second);
    }
    return fail(
        Error(ErrorCode::not_found,
              "the cluster definition has no management module for " + to_string(blade.name))
            .with_cure("describe it (docs/hardware.md), or name one: --mm ADDRESS --bay N"));
}

Result<BladeBay> bay_among(const Definition& definition, const ModulesByPlace& modules,
                           const Blade& blade) {
    const auto name = attribute_of(definition, blade.position, "module");
    DIM_TRY(const Component* module, name ? named_module(definition, blade.name, "module", *name)
                                          : nearest_module(definition, modules, blade));
    DIM_TRY(const auto bay, number_property(definition, blade.position, "bay", kLargestBay));
    const auto numbers = definition.taxonomy.coordinates(blade.position);
    if (bay) return BladeBay{module, *bay};
    if (!numbers.empty()) return BladeBay{module, numbers.back()};
    return fail(ErrorCode::not_found, to_string(blade.name) + " has no number that could be a bay");
}

/// Whether a chassis is said to hold it, or nothing else is.
bool is_in_chassis(const Definition& definition, const Blade& blade) {
    const auto power = attribute_of(definition, blade.position, "power");
    return !power || *power == to_string(PowerKind::bladecenter) ||
           attribute_of(definition, blade.position, "bay");
}

}  // namespace

Result<BladeBay> bay_of(const Definition& definition, const Blade& blade) {
    return bay_among(definition, modules_by_place(definition), blade);
}

BladeBays::BladeBays(const Definition& definition)
    : definition_(&definition), modules_(modules_by_place(definition)) {
    for (const auto& [place, modules] : modules_) {
        for (const Component* module : modules) {
            const auto partner = partner_of(definition, *module);
            if (!partner || *partner == nullptr) continue;
            const Component* const first = std::min(module, *partner);
            chassis_[module] = first;
            chassis_[*partner] = first;
        }
    }
    for (const Blade& blade : definition.blades) {
        auto& blades = is_in_chassis(definition, blade) ? blades_ : beside_;
        // What is wrong with this one is told when it is asked for.
        if (const auto bay = bay_among(definition, modules_, blade))
            blades[slot_of(*bay)].push_back(&blade);
    }
}

BladeBays::Slot BladeBays::slot_of(const BladeBay& bay) const {
    const auto chassis = chassis_.find(bay.module);
    return {chassis == chassis_.end() ? bay.module : chassis->second, bay.bay};
}

const Blade* BladeBays::other_in(const BladesBySlot& blades, const BladeBay& bay,
                                 const Blade& blade) const {
    const auto found = blades.find(slot_of(bay));
    if (found == blades.end()) return nullptr;
    const auto other = std::ranges::find_if(
        found->second, [&](const Blade* one) { return one->position != blade.position; });
    return other == found->second.end() ? nullptr : *other;
}

Result<BladeBay> BladeBays::of(const Blade& blade) const {
    DIM_TRY(const BladeBay bay, bay_among(*definition_, modules_, blade));
    const Blade* other = other_in(blades_, bay, blade);
    if (other == nullptr && !is_in_chassis(*definition_, blade))
        other = other_in(beside_, bay, blade);
    if (other == nullptr) return bay;
    return fail(Error(ErrorCode::conflict, to_string(blade.name) + " and " +
                                               to_string(other->name) + " are the same: bay " +
                                               std::to_string(bay.bay) + " of " +
                                               to_string(bay.module->name))
                    .with_cure("give each its own bay: properties 'module' and 'bay'; nothing was "
                               "sent"));
}

std::vector<BladeBays::Shared> BladeBays::shared() const {
    std::vector<Shared> shared;
    for (const auto& [slot, blades] : blades_)
        if (blades.size() > 1) shared.push_back({{slot.first, slot.second}, blades});
    return shared;
}

Result<ModuleContact> contact_of(const Definition& definition, const Component& module) {
    if (module.interfaces.empty())
        return fail(Error(ErrorCode::not_found, to_string(module.name) + " has no address")
                        .with_cure("give it an <interface> on a network of role management"));
    const auto is_management = [&](const BladeInterface& interface) {
        const Network* network = find_network(definition, interface.network);
        return network != nullptr && network->role == NetworkRole::management;
    };
    const auto found = std::ranges::find_if(module.interfaces, is_management);
    const BladeInterface& interface =
        found == module.interfaces.end() ? module.interfaces.front() : *found;
    DIM_TRY(const auto port,
            number_property<std::uint16_t>(definition, module.position, "snmp-port", UINT16_MAX));
    ModuleContact contact{interface.address, port,
                          attribute_of(definition, module.position, "credentials")};
    DIM_TRY(contact.telnet_port,
            number_property<std::uint16_t>(definition, module.position, "telnet-port", UINT16_MAX));
    contact.console_credentials = attribute_of(definition, module.position, "console-credentials");
    DIM_TRY(contact.timeout_ms,
            number_property<std::uint32_t>(definition, module.position, "snmp-timeout",
                                           kLongestTimeoutMs, kShortestTimeoutMs));
    DIM_TRY(contact.retries, number_property<std::uint32_t>(definition, module.position,
                                                            "snmp-retries", kMostRetries, 0));
    DIM_TRY(contact.module_bay,
            number_property<std::uint32_t>(definition, module.position, "module-bay", kModuleBays));
    DIM_TRY(contact.partner, partner_of(definition, module));
    if (contact.partner != nullptr)
        DIM_CHECK(check_only_partner(definition, module, *contact.partner));
    return contact;
}

}  // namespace dim::cluster
