#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/names/taxonomy.hpp"
#include "libdim/cluster/xml/definition_source.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which elements of cluster.xml speak of which component, and whose word counts.
namespace dim::cluster {

/// How special the element is that sets something: the higher one wins.
enum class SettingRank : std::uint8_t {
    component,  ///< the <component> itself
    all,        ///< <set for="all">
    attribute,  ///< for="kind=mm"
    group,
    place,         ///< of the outermost level; deeper ones follow
    itself = 100,  ///< for="s01c1b01"
};

/// An element that sets something for a component.
struct Setting {
    SettingRank rank;
    /// Index of a <component>, or, beyond those, of a <set>.
    std::size_t element;
    bool is_properties_only;
    SourceLine line;
    const SourceSettings* settings;
};

/// The components there are and the settings of each.
class ComponentSettings {
public:
    /// Settings of all components together: what the longest definition may take.
    static constexpr std::size_t kWorkLimit = 2'000'000;

    /// SOURCE and TAXONOMY must outlive it. Errors: ranges that are wrong or match nothing;
    /// limit_exceeded for too many components or settings.
    static Result<ComponentSettings> create(const DefinitionSource& source,
                                            const Taxonomy& taxonomy, std::string_view file_name);

    /// Those that are not absent, sorted.
    const std::vector<Position>& present() const { return present_; }
    bool is_present(Position position) const;
    /// In the order of the source.
    const std::vector<Group>& groups() const { return groups_; }
    /// The most special first; those of one rank by their lines.
    std::vector<Setting> of(Position position) const;

private:
    class Builder;
    struct Match {
        Position position;
        SettingRank rank;
        bool is_properties_only;
        std::uint32_t set;
    };
    const DefinitionSource* source_ = nullptr;
    std::vector<std::vector<bool>> is_present_;  ///< by kind and number
    std::vector<Position> present_;
    std::vector<Group> groups_;
    std::vector<Match> matches_;  ///< sorted by position, then as of() gives them
};

/// What a setting says of one attribute: nullptr when nothing.
const SourceType* type_in(const Setting& setting);
const std::string* mac_in(const Setting& setting);
const std::string* server_in(const Setting& setting);
const SourceInterface* interface_in(const Setting& setting, const model::ComponentName& network);
const std::string* property_in(const Setting& setting, std::string_view name);

/// The settings for which VALUE_IN (const Setting& → pointer) has something, the one that counts
/// first.
template <class ValueIn>
std::vector<const Setting*> settings_with(std::span<const Setting> settings, ValueIn value_in) {
    std::vector<const Setting*> found;
    for (const Setting& setting : settings)
        if (value_in(setting) != nullptr) found.push_back(&setting);
    return found;
}

/// The networks a component is on: those of its <component> first, in their order, then the others
/// by name.
std::vector<model::ComponentName> networks_of(std::span<const Setting> settings);
/// The names of its properties, sorted.
std::vector<std::string> properties_of(std::span<const Setting> settings);

}  // namespace dim::cluster
