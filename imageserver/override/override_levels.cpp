#include "imageserver/override/override_levels.hpp"

#include <algorithm>

namespace dim::server {

namespace {

/// "s01", "s01c1", "s01c1b01"
std::vector<std::string> places_of(const cluster::Taxonomy& taxonomy, cluster::Position position) {
    std::vector<std::string> places;
    std::string name;
    const auto coordinates = taxonomy.coordinates(position);
    const auto levels = taxonomy.levels_of(position.kind);
    for (std::size_t at = 0; at < levels.size(); ++at) {
        const cluster::Level& level = taxonomy.levels()[levels[at]];
        const std::string digits = std::to_string(coordinates[at]);
        name += level.symbol;
        if (digits.size() < level.width) name.append(level.width - digits.size(), '0');
        name += digits;
        places.push_back(name);
    }
    return places;
}

}  // namespace

std::vector<std::string> override_levels(const cluster::Definition& definition,
                                         const cluster::Blade& blade,
                                         const model::ImageName& image) {
    std::vector<std::string> levels{"cluster", "image/" + image.text()};
    for (const cluster::Group& group : definition.groups)
        if (std::ranges::binary_search(group.members, blade.position))
            levels.push_back("group/" + group.name.text());
    for (const std::string& place : places_of(definition.taxonomy, blade.position))
        levels.push_back("level/" + place);
    levels.push_back("blade/" + blade.name.text());
    return levels;
}

overrides::Words override_words(const cluster::Definition& definition, const cluster::Blade& blade,
                                const model::ImageName& image) {
    overrides::Words words{{"name", blade.name.text()},
                           {"linear", definition.taxonomy.linear_name(blade.position)},
                           {"image", image.text()},
                           {"server", blade.server.text()},
                           {"domain", definition.domain}};
    if (blade.mac) words.emplace("mac", to_string(*blade.mac));
    if (const auto bootnet = cluster::bootnet_of(definition, blade.server))
        words.emplace("server.address", to_string(bootnet->address));
    const std::vector<std::string> places = places_of(definition.taxonomy, blade.position);
    for (const cluster::BladeInterface& interface : blade.interfaces) {
        const std::string& network = interface.network.text();
        words.emplace("address." + network, to_string(interface.address));
        for (const std::string& place : places) {
            if (network.ends_with("-" + place))
                words.emplace("address." + network.substr(0, network.size() - place.size() - 1),
                              to_string(interface.address));
        }
    }
    for (const cluster::Property& property : blade.properties)
        words.emplace("property." + property.name, property.value);
    return words;
}

}  // namespace dim::server
