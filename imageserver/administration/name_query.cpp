#include "imageserver/administration/name_query.hpp"

#include "imageserver/blade/blade_status.hpp"
#include "libdim/cluster/range_selection.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace dim::server {

namespace {

using cluster::ComponentRole;
using cluster::Definition;
using cluster::HostAddress;
using cluster::Position;
using model::ComponentName;

constexpr const char* kImage = "image";
constexpr const char* kState = "state";

/// What changes of blades while the definition stays; read when it is asked for.
class LiveAttributes {
public:
    LiveAttributes(Assignments& assignments, BladeLog& log, model::Timestamp now)
        : assignments_(assignments), log_(log), now_(now) {}

    Result<std::optional<std::string>> value(const cluster::Blade& blade,
                                             std::string_view attribute) {
        DIM_CHECK(load());
        const auto image = images_->find(blade.name);
        if (attribute == kImage)
            return image == images_->end() ? std::nullopt : std::optional(to_string(image->second));
        const auto boot = boots_->find(blade.name);
        const auto status =
            blade_status({blade,
                          {},
                          image == images_->end() ? std::nullopt : std::optional(image->second),
                          boot == boots_->end() ? std::nullopt : std::optional(boot->second)},
                         now_, log_.listening_since());
        return std::string(to_string(status.state));
    }

private:
    Result<void> load() {
        if (images_) return {};
        DIM_TRY(images_, assignments_.all());
        DIM_TRY(boots_, log_.newest_boots());
        return {};
    }

    Assignments& assignments_;
    BladeLog& log_;
    model::Timestamp now_;
    std::optional<std::map<ComponentName, model::ImageName>> images_;
    std::optional<std::map<ComponentName, BootRecord>> boots_;
};

Result<std::optional<ComponentRole>> role_of(const api::NameQuery& query) {
    if (!query.role) return ComponentRole::blade;
    if (*query.role == "any") return std::nullopt;
    DIM_TRY(const ComponentRole role, cluster::parse_component_role(*query.role));
    return role;
}

Result<api::NamedComponent> describe(const Definition& definition, Position position) {
    const cluster::Taxonomy& taxonomy = definition.taxonomy;
    DIM_TRY(auto name, ComponentName::parse(taxonomy.name(position)));
    DIM_TRY(auto linear, ComponentName::parse(taxonomy.linear_name(position)));
    const auto component = cluster::find_component(definition, position);
    return api::NamedComponent{
        .name = std::move(name),
        .linear = std::move(linear),
        .role = std::string(to_string(taxonomy.kinds().at(position.kind).role)),
        .server =
            component.blade == nullptr ? std::nullopt : std::optional(component.blade->server),
        .addresses = {}};
}

void add_addresses(api::NamedComponent& component, Position position,
                   const std::vector<HostAddress>& hosts) {
    for (const HostAddress& host :
         std::ranges::equal_range(hosts, position, {}, &HostAddress::position)) {
        component.addresses.push_back({host.host, host.network, host.address, host.address6});
    }
}

}  // namespace

Result<api::NameList> NameQuery::find(const api::NameQuery& query, model::Timestamp now) {
    const auto definition = roster_.definition();
    DIM_TRY(const auto role, role_of(query));
    LiveAttributes live(assignments_, log_, now);
    const auto blade_of_ours = [&](Position position) -> const cluster::Blade* {
        const cluster::Blade* blade = cluster::find_component(*definition, position).blade;
        return blade != nullptr && blade->server == roster_.server() ? blade : nullptr;
    };
    cluster::Selection selection{.role = role};
    if (role == ComponentRole::blade)
        selection.is_in_all = [&](Position position) { return blade_of_ours(position) != nullptr; };
    selection.more_attributes = {kImage, kState};
    selection.more_values = [&](Position position,
                                std::string_view attribute) -> Result<std::optional<std::string>> {
        const cluster::Blade* blade = blade_of_ours(position);
        if (blade == nullptr) return std::nullopt;
        return live.value(*blade, attribute);
    };
    DIM_TRY(const auto positions, cluster::select_range(*definition, query.range, selection));
    const auto hosts = cluster::host_addresses(*definition);
    api::NameList list;
    for (const Position position : positions) {
        DIM_TRY(auto component, describe(*definition, position));
        add_addresses(component, position, hosts);
        list.names.push_back(std::move(component));
    }
    return list;
}

}  // namespace dim::server
