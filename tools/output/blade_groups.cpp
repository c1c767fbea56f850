#include "tools/output/blade_groups.hpp"

#include <map>
#include <utility>

namespace dim::tool {

std::vector<BladeGroup> group_blades(const std::vector<api::BladeStatus>& blades) {
    std::map<std::pair<model::BladeState, std::optional<model::ImageName>>,
             std::vector<model::ComponentName>>
        names;
    for (const api::BladeStatus& blade : blades)
        names[{blade.state, blade.image}].push_back(blade.name);
    std::vector<BladeGroup> groups;
    for (auto& [key, members] : names)
        groups.push_back({key.first, key.second, std::move(members)});
    return groups;
}

}  // namespace dim::tool
