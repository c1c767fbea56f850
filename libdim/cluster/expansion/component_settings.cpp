#include "libdim/cluster/expansion/component_settings.hpp"

#include "libdim/cluster/names/name_term.hpp"
#include "libdim/cluster/names/select_components.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace dim::cluster {

namespace {

/// Passing over a component in a step is as cheap as this part of setting something for it.
constexpr std::size_t kStepsForOne = 16;

bool speaks_of_blades(const SourceSettings& settings) {
    return settings.type || settings.mac || settings.server || !settings.interfaces.empty();
}

SettingRank place_rank(std::size_t depth) {
    return static_cast<SettingRank>(static_cast<std::size_t>(SettingRank::place) + depth - 1);
}

bool has_attribute(const ComponentRange& range) {
    for (const ComponentRange::Step& step : range.steps())
        for (const ComponentRange::Operand& operand : step.intersection)
            if (std::holds_alternative<ComponentRange::Attribute>(operand)) return true;
    return false;
}

}  // namespace

class ComponentSettings::Builder {
public:
    Builder(const DefinitionSource& source, const Taxonomy& taxonomy, std::string_view file_name)
        : source_(source), taxonomy_(taxonomy), file_name_(file_name) {}

    Result<ComponentSettings> build() {
        made_.source_ = &source_;
        for (std::uint32_t kind = 0; kind < taxonomy_.kinds().size(); ++kind)
            made_.is_present_.emplace_back(taxonomy_.places_of(kind) + 1, true);
        DIM_CHECK(take_absents());
        DIM_CHECK(list_present());
        for (const SourceGroup& group : source_.groups)
            DIM_CHECK(add_group(group));
        for (const Group& group : made_.groups_)
            group_names_.emplace(to_string(group.name), &group.members);
        for (std::uint32_t at = 0; at < source_.sets.size(); ++at)
            DIM_CHECK(add_set(at));
        std::ranges::sort(made_.matches_, {}, [&](const Match& match) {
            return std::tuple(match.position, -static_cast<int>(match.rank), match.set);
        });
        return std::move(made_);
    }

private:
    ComponentRole role_of(Position position) const { return taxonomy_.kinds()[position.kind].role; }
    std::unexpected<Error> refuse(SourceLine line, std::string text, std::string cure) const {
        return fail(source_error(file_name_, line, std::move(text), std::move(cure)));
    }
    std::unexpected<Error> refuse(SourceLine line, std::string_view what,
                                  const Error& error) const {
        std::string cure =
            error.cure().empty() ? "docs/cluster-xml.md says what ranges there are" : error.cure();
        const ErrorCode code = error.code() == ErrorCode::limit_exceeded ? ErrorCode::limit_exceeded
                                                                         : ErrorCode::invalid_input;
        return fail(Error(code, std::string(file_name_) + ":" + std::to_string(line.number) + ": " +
                                    std::string(what) + ": " + error.message())
                        .with_cure(std::move(cure)));
    }

    /// Bounds what all ranges and settings cost together, whatever they say.
    Result<void> spend(SourceLine line, std::size_t work) {
        work_ += work;
        if (work_ <= kWorkLimit) return {};
        return fail(Error(ErrorCode::limit_exceeded,
                          std::string(file_name_) + ":" + std::to_string(line.number) +
                              ": more than " + std::to_string(kWorkLimit) +
                              " settings of components up to here")
                        .with_cure("say the same with fewer <set> elements"));
    }

    /// How strongly a range speaks of the components it names.
    struct Strength {
        SettingRank rank = SettingRank::component;
        bool is_place = false;                   ///< RANK is for what is at or below places
        std::vector<std::uint32_t> own_kinds{};  ///< whose names those places' names are, too

        SettingRank of(Position position) const {
            const bool is_own =
                is_place && std::ranges::find(own_kinds, position.kind) != own_kinds.end();
            return is_own ? SettingRank::itself : rank;
        }
    };
    struct Matched {
        std::vector<Position> positions;
        Strength strength;
    };

    Result<ComponentRange> parse(SourceLine line, const std::string& text) const {
        auto range = ComponentRange::parse(text);
        if (!range) return refuse(line, "range", std::move(range).error());
        return range;
    }

    /// What RANGE, written on LINE, stands for in SPACE.
    Result<Matched> match(SourceLine line, const ComponentRange& range, const RangeSpace& space) {
        const std::size_t before = work_;
        DIM_TRY(Strength strength, strength_of(line, range, space));
        // Each step walks through what those before it selected.
        DIM_CHECK(spend(line, range.steps().size() * (work_ - before) / kStepsForOne));
        auto positions = select_components(range, space);
        if (!positions) return refuse(line, "range", std::move(positions).error());
        return Matched{*std::move(positions), std::move(strength)};
    }

    /// That of its first part; ARE_PARTS_EQUAL_ says whether it is that of the others, too.
    Result<Strength> strength_of(SourceLine line, const ComponentRange& range,
                                 const RangeSpace& space) {
        are_parts_equal_ = true;
        std::optional<Strength> whole;
        for (const ComponentRange::Step& step : range.steps()) {
            Strength highest;
            for (const ComponentRange::Operand& operand : step.intersection) {
                DIM_TRY(Strength one, strength_of_operand(line, operand, space));
                if (one.rank > highest.rank) highest = std::move(one);
            }
            if (step.is_exclusion) continue;
            if (!whole) {
                whole = std::move(highest);
                continue;
            }
            if (whole->rank != highest.rank) are_parts_equal_ = false;
            for (const std::uint32_t kind : highest.own_kinds)
                if (std::ranges::find(whole->own_kinds, kind) == whole->own_kinds.end())
                    whole->own_kinds.push_back(kind);
        }
        return whole.value_or(Strength{.rank = SettingRank::all});
    }

    Result<Strength> strength_of_operand(SourceLine line, const ComponentRange::Operand& operand,
                                         const RangeSpace& space) {
        if (std::holds_alternative<ComponentRange::All>(operand)) {
            DIM_CHECK(spend(line, made_.present_.size() + 1));
            return Strength{.rank = SettingRank::all};
        }
        if (std::holds_alternative<ComponentRange::Attribute>(operand)) {
            DIM_CHECK(spend(line, made_.present_.size() + 1));
            return Strength{.rank = SettingRank::attribute};
        }
        const auto& term = std::get<NameTerm>(operand);
        if (const auto* members = space.group(term.text())) {
            DIM_CHECK(spend(line, members->size() + 1));
            return Strength{.rank = SettingRank::group};
        }
        auto matched = match_term(term, taxonomy_, space.below);
        if (!matched) return refuse(line, "range", std::move(matched).error());
        DIM_CHECK(spend(line, matched->positions.size() + 1));
        if (!matched->is_node) return Strength{.rank = SettingRank::itself};
        Strength strength{.rank = place_rank(matched->depth), .is_place = true};
        for (const Taxonomy::Shape& shape : taxonomy_.shapes(term.shape()))
            if (shape.meaning == Taxonomy::Shape::Meaning::coordinate)
                strength.own_kinds.push_back(static_cast<std::uint32_t>(shape.index));
        return strength;
    }

    RangeSpace space(std::optional<ComponentRole> below) {
        return {.taxonomy = taxonomy_,
                .is_present = [this](Position position) { return made_.is_present(position); },
                .all =
                    [this, below] {
                        std::vector<Position> all;
                        std::ranges::copy_if(made_.present_, std::back_inserter(all),
                                             [&](Position position) {
                                                 return !below || role_of(position) == *below;
                                             });
                        return all;
                    },
                .group = [](std::string_view) { return nullptr; },
                .has_value = [this](Position position, std::string_view attribute,
                                    std::string_view value) -> Result<bool> {
                    const ComponentKind& kind = taxonomy_.kinds()[position.kind];
                    if (attribute == "kind") return to_string(kind.name) == value;
                    if (attribute == "role") return to_string(kind.role) == value;
                    return fail(Error(ErrorCode::not_found,
                                      "'" + std::string(attribute) +
                                          "' is not known before the definition has been read")
                                    .with_cure("here only kind= and role= can be used"));
                },
                .below = below};
    }

    Result<void> take_absents() {
        std::vector<std::pair<SourceLine, std::vector<Position>>> absent;
        RangeSpace everything = space(std::nullopt);
        everything.all = [] { return std::vector<Position>(); };
        for (const SourceAbsent& element : source_.absents) {
            DIM_TRY(const ComponentRange range, parse(element.line, element.range));
            DIM_TRY(Matched matched, match(element.line, range, everything));
            absent.emplace_back(element.line, std::move(matched.positions));
        }
        for (const auto& [line, positions] : absent)
            for (const Position position : positions)
                made_.is_present_[position.kind][position.number] = false;
        return {};
    }

    Result<void> list_present() {
        for (std::uint32_t kind = 0; kind < made_.is_present_.size(); ++kind) {
            const std::vector<bool>& places = made_.is_present_[kind];
            for (std::uint32_t number = 1; number < places.size(); ++number)
                if (places[number]) made_.present_.push_back({kind, number});
        }
        if (made_.present_.size() <= kComponentsLimit) return {};
        return fail(Error(ErrorCode::limit_exceeded,
                          std::string(file_name_) + ": " + std::to_string(made_.present_.size()) +
                              " components, more than " + std::to_string(kComponentsLimit))
                        .with_cure("say with <absent> which are not there, or split the cluster "
                                   "into several definitions"));
    }

    Result<void> add_group(const SourceGroup& group) {
        if (taxonomy_.find(to_string(group.name)))
            return refuse(group.line,
                          "group " + to_string(group.name) + ": a component has this name",
                          "choose another");
        DIM_TRY(const ComponentRange range, parse(group.line, group.range));
        DIM_TRY(Matched matched, match(group.line, range, space(ComponentRole::blade)));
        made_.groups_.push_back({group.name, std::move(matched.positions)});
        return {};
    }

    /// A <set> for a place, or for all, speaks of blades except in its properties; one that chooses
    /// its components otherwise speaks of them whatever they are.
    Result<void> add_set(std::uint32_t at) {
        const SourceSet& set = source_.sets[at];
        RangeSpace everything = space(std::nullopt);
        everything.group = [this](std::string_view name) {
            const auto found = group_names_.find(name);
            return found == group_names_.end() ? nullptr : found->second;
        };
        DIM_TRY(const ComponentRange range, parse(set.line, set.range));
        DIM_TRY(const Matched matched, match(set.line, range, everything));
        if (!are_parts_equal_)
            return refuse(set.line, "range: its parts are not equally deep in the hierarchy",
                          "write an element for each: the deeper one wins");
        const bool is_of_places =
            (matched.strength.is_place || matched.strength.rank == SettingRank::all) &&
            !has_attribute(range);
        DIM_CHECK(spend(set.line, matched.positions.size() * (1 + set.settings.interfaces.size() +
                                                              set.settings.properties.size())));
        bool is_used = !set.settings.properties.empty();
        for (const Position position : matched.positions) {
            const ComponentRole role = role_of(position);
            const bool is_properties_only = is_of_places && role != ComponentRole::blade;
            if (role == ComponentRole::blade ||
                (!is_properties_only && !set.settings.interfaces.empty()))
                is_used = true;
            made_.matches_.push_back(
                {position, matched.strength.of(position), is_properties_only, at});
        }
        if (is_used) return {};
        return refuse(set.line,
                      "set " + set.range.substr(0, 63) + ": nothing it names can have what it sets",
                      speaks_of_blades(set.settings)
                          ? "only a blade has type, mac and server; name other components, not "
                            "their place, to give them an <interface>"
                          : "remove it");
    }

    const DefinitionSource& source_;
    const Taxonomy& taxonomy_;
    std::string_view file_name_;
    ComponentSettings made_;
    std::unordered_map<std::string_view, const std::vector<Position>*> group_names_;
    std::size_t work_ = 0;
    bool are_parts_equal_ = true;  ///< of the range that was matched last
};

Result<ComponentSettings> ComponentSettings::create(const DefinitionSource& source,
                                                    const Taxonomy& taxonomy,
                                                    std::string_view file_name) {
    return Builder(source, taxonomy, file_name).build();
}

bool ComponentSettings::is_present(Position position) const {
    return position.kind < is_present_.size() &&
           position.number < is_present_[position.kind].size() && position.number > 0 &&
           is_present_[position.kind][position.number];
}

std::vector<Setting> ComponentSettings::of(Position position) const {
    std::vector<Setting> settings;
    const std::size_t components = source_->components.size();
    for (const Match& match : std::ranges::equal_range(matches_, position, {}, &Match::position)) {
        const SourceSet& set = source_->sets[match.set];
        settings.push_back({match.rank, components + match.set, match.is_properties_only, set.line,
                            &set.settings});
    }
    const SourceComponent& component = source_->components[position.kind];
    settings.push_back(
        {SettingRank::component, position.kind, false, component.line, &component.settings});
    return settings;
}

const SourceType* type_in(const Setting& setting) {
    return setting.is_properties_only || !setting.settings->type ? nullptr
                                                                 : &*setting.settings->type;
}

const std::string* mac_in(const Setting& setting) {
    return setting.is_properties_only || !setting.settings->mac ? nullptr : &*setting.settings->mac;
}

const std::string* server_in(const Setting& setting) {
    return setting.is_properties_only || !setting.settings->server ? nullptr
                                                                   : &*setting.settings->server;
}

const SourceInterface* interface_in(const Setting& setting, const model::ComponentName& network) {
    if (setting.is_properties_only) return nullptr;
    const auto& interfaces = setting.settings->interfaces;
    const auto found = std::ranges::find(interfaces, network, &SourceInterface::network);
    return found == interfaces.end() ? nullptr : &*found;
}

const std::string* property_in(const Setting& setting, std::string_view name) {
    const auto& properties = setting.settings->properties;
    const auto found = std::ranges::find(properties, name, &Property::name);
    return found == properties.end() ? nullptr : &found->value;
}

std::vector<std::string> properties_of(std::span<const Setting> settings) {
    std::set<std::string> names;
    for (const Setting& setting : settings)
        for (const Property& property : setting.settings->properties)
            names.insert(property.name);
    return {names.begin(), names.end()};
}

std::vector<model::ComponentName> networks_of(std::span<const Setting> settings) {
    std::vector<model::ComponentName> networks;
    std::set<model::ComponentName> others;
    for (const SourceInterface& interface : settings.back().settings->interfaces)
        networks.push_back(interface.network);
    for (const Setting& setting : settings.first(settings.size() - 1)) {
        if (setting.is_properties_only) continue;
        for (const SourceInterface& interface : setting.settings->interfaces)
            if (std::ranges::find(networks, interface.network) == networks.end())
                others.insert(interface.network);
    }
    networks.insert(networks.end(), others.begin(), others.end());
    return networks;
}

}  // namespace dim::cluster
