#include "libdim/cluster/definition/range_selection.hpp"

#include "libdim/base/text.hpp"
#include "libdim/cluster/names/component_range.hpp"
#include "libdim/cluster/names/select_components.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <ranges>
#include <set>

namespace dim::cluster {

namespace {

constexpr std::array<std::string_view, 7> kAttributes{"name",   "kind", "role", "type",
                                                      "server", "mac",  "group"};

constexpr std::size_t kAttributesToTell = 30;

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

void append_positions(std::vector<Position>& positions, const auto& components) {
    for (const auto& component : components)
        positions.push_back(component.position);
}

/// All components of ROLE that there are; sorted.
std::vector<Position> positions_of(const Definition& definition,
                                   std::optional<ComponentRole> role) {
    std::vector<Position> positions;
    append_positions(positions, definition.servers);
    append_positions(positions, definition.blades);
    append_positions(positions, definition.components);
    if (role) {
        const auto& kinds = definition.taxonomy.kinds();
        std::erase_if(positions, [&](Position each) { return kinds[each.kind].role != *role; });
    }
    std::ranges::sort(positions);
    return positions;
}

class DefinitionSpace {
public:
    DefinitionSpace(const Definition& definition, const Selection& selection)
        : definition_(definition), selection_(selection) {}

    RangeSpace space() {
        return {
            definition_.taxonomy,
            [this](Position each) { return static_cast<bool>(find_component(definition_, each)); },
            [this] { return all(); },
            [this](std::string_view name) { return group(name); },
            [this](Position each, std::string_view attribute, std::string_view value) {
                return has_value(each, attribute, value);
            },
            selection_.role};
    }

private:
    const std::vector<Position>& all() {
        if (!all_) {
            all_ = positions_of(definition_, selection_.role);
            if (selection_.is_in_all) {
                std::erase_if(*all_, [this](Position each) { return !selection_.is_in_all(each); });
            }
        }
        return *all_;
    }

    const std::vector<Position>* group(std::string_view name) const {
        const auto found = std::ranges::find(definition_.groups, name,
                                             [](const Group& group) { return group.name.text(); });
        return found == definition_.groups.end() ? nullptr : &found->members;
    }

    Result<bool> has_value(Position position, std::string_view attribute, std::string_view value) {
        if (attribute == "group") {
            const auto* members = group(value);
            if (members == nullptr) {
                return fail(ErrorCode::not_found,
                            "there is no group '" + printable(value, 40) + "'");
            }
            return std::ranges::binary_search(*members, position);
        }
        DIM_CHECK(check_attribute(attribute));
        if (contains(selection_.more_attributes, attribute)) {
            DIM_TRY(const auto found, selection_.more_values(position, attribute));
            return found == value;
        }
        const std::optional<std::string> found = attribute_of(definition_, position, attribute);
        if (found == value || !found) return found == value;
        return (attribute == "name" || attribute == "server") && *found == coordinate_name(value);
    }

    /// Of the component that a linear name, or one with other zeros, stands for; else nothing.
    std::string coordinate_name(std::string_view name) const {
        const auto position = definition_.taxonomy.find(name);
        return position ? definition_.taxonomy.name(*position) : "";
    }

    Result<void> check_attribute(std::string_view attribute) {
        if (attributes_.empty()) collect_attributes();
        if (known_.contains(attribute)) return {};
        std::string names;
        for (const std::string& name : attributes_ | std::views::take(kAttributesToTell))
            names += (names.empty() ? "" : ", ") + name;
        if (attributes_.size() > kAttributesToTell) names += ", …";
        return fail(
            Error(ErrorCode::not_found, "there is no attribute '" + printable(attribute, 40) + "'")
                .with_cure("there are " + names));
    }

    /// Those DIM knows, those of SELECTION, and every property that some component has.
    void collect_attributes() {
        attributes_.assign(kAttributes.begin(), kAttributes.end());
        attributes_.insert(attributes_.end(), selection_.more_attributes.begin(),
                           selection_.more_attributes.end());
        known_.insert(attributes_.begin(), attributes_.end());
        const auto add_properties = [this](const auto& components) {
            for (const auto& component : components) {
                for (const Property& property : component.properties)
                    if (known_.insert(property.name).second) attributes_.push_back(property.name);
            }
        };
        add_properties(definition_.servers);
        add_properties(definition_.blades);
        add_properties(definition_.components);
    }

    const Definition& definition_;
    const Selection& selection_;
    std::optional<std::vector<Position>> all_;
    std::vector<std::string> attributes_;       ///< in the order to tell them
    std::set<std::string, std::less<>> known_;  ///< the same
};

}  // namespace

Result<std::vector<Position>> select_range(const Definition& definition, std::string_view range,
                                           const Selection& selection) {
    DIM_TRY(const ComponentRange parsed, ComponentRange::parse(range));
    DefinitionSpace space(definition, selection);
    auto selected = select_components(parsed, space.space());
    if (!selected) {
        return fail(std::move(selected).error().with_context("'" + printable(range, 80) + "'"));
    }
    return selected;
}

}  // namespace dim::cluster
