#include "tools/discover_component.hpp"

#include "libdim/snmp/agent_address.hpp"

#include <nlohmann/json.hpp>

namespace dim::tool {

using model::ComponentName;

namespace {

std::optional<DiscoverComponent::Module>
module_of(const cluster::Definition& definition, const cluster::BladeBays& bays,
          const cluster::Blade& blade, const std::optional<std::string>& credentials_file) {
    const auto place = bays.of(blade);
    if (!place) return std::nullopt;
    const auto contact = cluster::contact_of(definition, *place->module);
    if (!contact) return std::nullopt;
    return DiscoverComponent::Module{
        .name = place->module->name,
        .bay = place->bay,
        .address = contact->address,
        .port = contact->port.value_or(snmp::AgentAddress::kStandardPort),
        .credentials_file = credentials_file ? credentials_file : contact->credentials};
}

}  // namespace

Result<DiscoverComponent> discover_component(const cluster::Definition& definition,
                                             const cluster::BladeBays& bays,
                                             const ComponentName& name,
                                             const std::optional<std::string>& credentials_file) {
    const cluster::Blade* blade = cluster::find_blade(definition, name);
    if (blade == nullptr) return fail(ErrorCode::not_found, to_string(name) + " is no blade");
    DIM_TRY(auto linear, ComponentName::parse(definition.taxonomy.linear_name(blade->position)));
    DiscoverComponent component{.name = name,
                                .linear = std::move(linear),
                                .type = blade->type,
                                .server = blade->server,
                                .mac = blade->mac,
                                .module = module_of(definition, bays, *blade, credentials_file)};
    if (const auto address = cluster::bootnet_address(definition, *blade))
        component.address = *address;
    return component;
}

std::string discover_lines(const std::vector<DiscoverComponent>& components) {
    std::string lines;
    for (const DiscoverComponent& component : components) {
        nlohmann::ordered_json line{{"name", to_string(component.name)},
                                    {"linear", to_string(component.linear)},
                                    {"type", std::string(to_string(component.type))},
                                    {"server", to_string(component.server)}};
        if (component.address) line["address"] = to_string(*component.address);
        if (component.mac) line["mac"] = to_string(*component.mac);
        if (component.module) {
            line["module"] = to_string(component.module->name);
            line["bay"] = component.module->bay;
            line["module_address"] = to_string(component.module->address);
            line["module_port"] = component.module->port;
            if (component.module->credentials_file)
                line["credentials_file"] = *component.module->credentials_file;
        }
        using Handler = nlohmann::ordered_json::error_handler_t;
        lines += line.dump(-1, ' ', false, Handler::replace) + '\n';
    }
    return lines;
}

}  // namespace dim::tool
