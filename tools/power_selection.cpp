#include "tools/power_selection.hpp"

#include "libdim/tls/private_file.hpp"
#include "tools/cluster_source.hpp"
#include "tools/component_query.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

namespace dim::tool {

namespace {

using power::PowerControl;

/// Blades that have their hardware for themselves each.
class PowerOfEach final : public PowerControl {
public:
    explicit PowerOfEach(std::vector<std::unique_ptr<power::BladePower>> blades)
        : blades_(std::move(blades)) {}
    std::size_t size() const override { return blades_.size(); }
    power::BladePower& blade(std::size_t place) override { return *blades_.at(place); }

private:
    std::vector<std::unique_ptr<power::BladePower>> blades_;
};

PowerTarget ipmi_target(const cluster::Blade& blade, const cluster::BladePower& contact,
                        const ModuleAccess& access) {
    const auto open = [contact,
                       file = access.credentials_file]() -> Result<std::unique_ptr<PowerControl>> {
        DIM_TRY(auto bmc, bmc_of(contact, file));
        std::vector<std::unique_ptr<power::BladePower>> blades;
        blades.push_back(std::make_unique<power::IpmiPower>(std::move(bmc)));
        return std::make_unique<PowerOfEach>(std::move(blades));
    };
    return {"BMC " + to_string(*contact.address), {{to_string(blade.name)}}, open};
}

/// A program of the site, and the blades that it switches one after the other.
struct PlugInGroup {
    std::string controller;
    std::vector<power::PlugInPower::Settings> blades;
};

void add_to_groups(power::PlugInBlade blade, const cluster::BladePower& contact,
                   std::vector<PlugInGroup>& groups) {
    // Without an address nobody knows what the program reaches: each blade is for itself.
    const std::string controller =
        *contact.command + ' ' + (contact.address ? to_string(*contact.address) : blade.name);
    auto group = std::ranges::find(groups, controller, &PlugInGroup::controller);
    if (group == groups.end()) group = groups.insert(group, {controller, {}});
    power::PlugInPower::Settings settings{.program = *contact.command, .blade = std::move(blade)};
    if (contact.seconds) settings.time_limit = std::chrono::seconds(*contact.seconds);
    group->blades.push_back(std::move(settings));
}

PowerTarget plug_in_target(const PlugInGroup& group) {
    std::vector<BladePlace> places;
    for (const auto& settings : group.blades)
        places.push_back({settings.blade.name});
    const auto open = [blades = group.blades]() -> Result<std::unique_ptr<PowerControl>> {
        std::vector<std::unique_ptr<power::BladePower>> each;
        for (const auto& settings : blades)
            each.push_back(std::make_unique<power::PlugInPower>(settings));
        return std::make_unique<PowerOfEach>(std::move(each));
    };
    return {group.controller, std::move(places), open};
}

}  // namespace

BmcOwners::BmcOwners(const cluster::Definition& definition) {
    for (const cluster::Blade& blade : definition.blades) {
        const auto power = cluster::power_of(definition, blade);
        // What is wrong with this one is told when it is asked for.
        if (power && power->kind == cluster::PowerKind::ipmi)
            owners_[bmc_address(*power)].push_back(&blade);
    }
}

BmcOwners::BmcAddress BmcOwners::bmc_address(const cluster::BladePower& power) {
    return {*power.address, power.port.value_or(power::kIpmiPort)};
}

Result<void> BmcOwners::check_only(const cluster::Blade& blade,
                                   const cluster::BladePower& power) const {
    const auto found = owners_.find(bmc_address(power));
    if (found == owners_.end()) return {};
    for (const cluster::Blade* other : found->second) {
        if (other->position == blade.position) continue;
        return fail(Error(ErrorCode::conflict, to_string(blade.name) + " and " +
                                                   to_string(other->name) + " are the same: BMC " +
                                                   to_string(*power.address))
                        .with_cure("give each the address of its own BMC: the property "
                                   "'power-address'; nothing was sent"));
    }
    return {};
}

Outcome<std::vector<PowerTarget>> power_of_range(const Context& context, const ModuleAccess& access,
                                                 std::span<const std::string> ranges) {
    DIM_TRY(const auto definition, load_cluster(context));
    DIM_TRY(const auto blades, blades_in_range(context, definition, ranges));
    std::vector<ModuleTarget> modules;
    std::vector<PlugInGroup> groups;
    std::vector<PowerTarget> targets;
    const cluster::BladeBays bays(definition);
    const BmcOwners bmcs(definition);
    for (const cluster::Blade* blade : blades) {
        DIM_TRY(const cluster::BladePower power, cluster::power_of(definition, *blade));
        switch (power.kind) {
            case cluster::PowerKind::bladecenter:
                DIM_CHECK(add_blade(definition, bays, *blade, access, modules));
                break;
            case cluster::PowerKind::ipmi:
                DIM_CHECK(bmcs.check_only(*blade, power));
                targets.push_back(ipmi_target(*blade, power, access));
                break;
            case cluster::PowerKind::exec:
                add_to_groups(plug_in_blade(definition, bays, *blade, power), power, groups);
                break;
        }
    }
    for (const PlugInGroup& group : groups)
        targets.push_back(plug_in_target(group));
    std::ranges::move(power_targets(modules, access), std::back_inserter(targets));
    return targets;
}

Result<power::Bmc> bmc_of(const cluster::BladePower& power,
                          const std::optional<std::string>& credentials_file) {
    if (!power.address) return fail(ErrorCode::not_found, "the blade has no address of a BMC");
    DIM_TRY(auto login, read_login(credentials_file ? credentials_file : power.credentials,
                                   "DIM_IPMI_USER", "IPMI_PASSWORD"));
    return power::Bmc{.address = {*power.address, power.port.value_or(power::kIpmiPort)},
                      .login = std::move(login),
                      .cipher_suite = power.cipher_suite};
}

power::PlugInBlade plug_in_blade(const cluster::Definition& definition,
                                 const cluster::BladeBays& bays, const cluster::Blade& blade,
                                 const cluster::BladePower& power) {
    power::PlugInBlade told{.name = to_string(blade.name), .address = power.address};
    for (const cluster::Property& property : blade.properties)
        told.properties.emplace_back(property.name, property.value);
    if (const auto place = bays.of(blade)) {
        told.place = {.module = to_string(place->module->name), .bay = place->bay};
        if (const auto contact = cluster::contact_of(definition, *place->module))
            told.place->address = contact->address;
    }
    return told;
}

Result<power::Login> read_login(const std::optional<std::string>& file, const char* user_variable,
                                const char* password_variable) {
    if (file) {
        DIM_TRY(const tls::SecretText text, tls::read_private_file(*file));
        auto login = power::parse_login(text.view());
        if (!login) return fail(std::move(login).error().with_context(*file));
        return login;
    }
    const char* const user = std::getenv(user_variable);
    const char* const password = std::getenv(password_variable);
    if (user != nullptr && password != nullptr && *user != '\0' && *password != '\0')
        return power::Login{user, tls::SecretText(std::string(password))};
    return fail(Error(ErrorCode::not_found, "no user and password for it")
                    .with_cure("write the lines 'user NAME' and 'password TEXT' into a file of "
                               "mode 0600 and name it by the property credentials, or set " +
                               std::string(user_variable) + " and " + password_variable));
}

}  // namespace dim::tool
