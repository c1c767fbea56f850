#include "libdim/cluster/expansion/expand.hpp"

#include "libdim/cluster/expansion/expand_networks.hpp"
#include "libdim/cluster/rules/address_rule.hpp"
#include "libdim/cluster/rules/name_rule.hpp"
#include "libdim/sync/keep_out.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace dim::cluster {

namespace {

constexpr std::size_t kPlaceBytes = 63;  ///< shown of a range

/// The rules of one element, parsed; shaped like its settings.
struct SettingRules {
    struct Interface {
        std::optional<Ipv4Rule> address;
        std::optional<Ipv6Rule> address6;
    };
    std::optional<MacRule> mac;
    std::optional<NameRule> server;
    std::vector<Interface> interfaces;
};

class Expander {
public:
    Expander(const DefinitionSource& source, const Taxonomy& taxonomy,
             const ComponentSettings& settings, std::string_view file_name)
        : source_(source),
          taxonomy_(taxonomy),
          settings_(settings),
          file_name_(file_name),
          made_{.definition = {.name = source.name, .networks = {}, .servers = {}, .blades = {}},
                .lines = {}} {}

    Result<Expanded> expand() {
        DIM_CHECK(compile_all());
        DIM_TRY(networks_, NetworkTable::create(source_, taxonomy_, settings_, file_name_));
        for (const Position position : settings_.present())
            DIM_CHECK(add(position));
        Definition& definition = made_.definition;
        for (const SourcePlatform& platform : source_.platforms)
            definition.platforms.push_back(platform.row);
        std::ranges::sort(definition.platforms, {}, &model::PlatformRow::name);
        definition.domain = source_.domain.value_or(to_string(source_.name) + ".cluster");
        definition.management = source_.management;
        if (source_.management && find_server(definition, *source_.management) == nullptr)
            return refuse(source_.line,
                          "management " + to_string(*source_.management) +
                              " is no image server of the definition",
                          "name a component whose role is server");
        definition.services = source_.services.value_or(Services{});
        definition.networks = networks_.networks();
        made_.lines.networks = networks_.lines();
        definition.groups = settings_.groups();
        definition.taxonomy = taxonomy_;
        return std::move(made_);
    }

private:
    std::unexpected<Error> refuse(SourceLine line, std::string what, std::string cure) const {
        return fail(source_error(file_name_, line, std::move(what), std::move(cure)));
    }
    std::unexpected<Error> refuse(SourceLine line, const std::string& what,
                                  const Error& error) const {
        return refuse(line, what + ": " + error.message(),
                      error.cure().empty() ? "docs/cluster-xml.md explains rules" : error.cure());
    }

    // -- rules

    template <class Rule>
    Result<std::optional<Rule>> parse(SourceLine line, const std::string& what,
                                      const std::optional<std::string>& text) const {
        if (!text) return std::optional<Rule>();
        auto rule = Rule::parse(*text, taxonomy_.variables());
        if (!rule) return refuse(line, what, rule.error());
        return std::optional<Rule>(*std::move(rule));
    }

    Result<void> compile(SourceLine line, const std::string& who, const SourceSettings& settings) {
        SettingRules rules;
        DIM_TRY(rules.mac, parse<MacRule>(line, who + ": mac", settings.mac));
        DIM_TRY(rules.server, parse<NameRule>(line, who + ": server", settings.server));
        for (const SourceInterface& interface : settings.interfaces) {
            const std::string where = who + ": interface " + to_string(interface.network);
            DIM_TRY(auto address,
                    parse<Ipv4Rule>(interface.line, where + ": address", interface.address));
            DIM_TRY(auto address6,
                    parse<Ipv6Rule>(interface.line, where + ": address6", interface.address6));
            rules.interfaces.push_back({std::move(address), std::move(address6)});
        }
        rules_.push_back(std::move(rules));
        return {};
    }

    Result<void> compile_all() {
        rules_.reserve(source_.components.size() + source_.sets.size());
        for (const SourceComponent& component : source_.components)
            DIM_CHECK(compile(component.line, "component " + to_string(component.kind.name),
                              component.settings));
        for (const SourceSet& set : source_.sets)
            DIM_CHECK(compile(set.line, "set " + set.range.substr(0, 63), set.settings));
        return {};
    }

    template <class Rule>
    auto evaluate(SourceLine line, const std::string& what, const Rule& rule) const
        -> decltype(rule.evaluate(VariableValues())) {
        auto value = rule.evaluate(values_);
        if (!value) return refuse(line, name_ + ": " + what, value.error());
        return value;
    }

    // -- which setting counts

    /// The setting of the highest rank that has a value. Errors: two of one rank that differ.
    template <class ValueIn>
    Result<const Setting*> winner(const std::string& what, ValueIn value_in) const {
        const Setting* first = nullptr;
        for (const Setting& setting : component_settings_) {
            const auto* value = value_in(setting);
            if (value == nullptr) continue;
            if (first == nullptr) {
                first = &setting;
                continue;
            }
            if (setting.rank != first->rank) break;
            if (*value == *value_in(*first)) continue;
            return refuse(setting.line,
                          name_ + ": its " + what + " is set on line " +
                              std::to_string(first->line.number) + " as well, just as specially",
                          "leave one, or set it for " + name_ + " itself");
        }
        return first;
    }

    /// The same for a part of an interface.
    template <class Part>
    Result<const Setting*> interface_winner(const std::string& what,
                                            const model::ComponentName& network, Part part) const {
        return winner(what, [&](const Setting& setting) {
            const SourceInterface* interface = interface_in(setting, network);
            return interface != nullptr && interface->*part ? &*(interface->*part) : nullptr;
        });
    }

    /// Refuses more than LIMIT things of one component, whatever elements say them. Each is looked
    /// for in every setting, so this bounds the time.
    Result<void> check_count(std::size_t count, std::size_t limit, std::string_view what) const {
        if (count <= limit) return {};
        return refuse(component_settings_.front().line,
                      name_ + ": more than " + std::to_string(limit) + " " + std::string(what),
                      "remove some of those that its <component> and <set> elements give it");
    }

    Result<std::vector<Property>> properties() const {
        std::vector<Property> properties;
        std::vector<std::string> names = properties_of(component_settings_);
        DIM_CHECK(check_count(names.size(), DefinitionSource::kPropertiesLimit, "properties"));
        for (std::string& name : names) {
            DIM_TRY(const Setting* setting, winner("property " + name, [&](const Setting& one) {
                        return property_in(one, name);
                    }));
            const std::string value = *property_in(*setting, name);
            properties.push_back({std::move(name), value});
        }
        return properties;
    }

    std::optional<KeepOutProperty> keep_out_of(const Setting* setting) const {
        if (setting == nullptr) return std::nullopt;
        const std::string* rules = property_in(*setting, sync::kKeepOutProperty);
        const std::size_t components = source_.components.size();
        return KeepOutProperty{
            *rules, setting->rank == SettingRank::component
                        ? to_string(source_.components[setting->element].kind.name)
                        : source_.sets[setting->element - components].range.substr(0, kPlaceBytes)};
    }

    /// What is said of the whole cluster counts behind what is said of less.
    Result<void> take_keep_out(Blade& blade) const {
        const auto said = [&](bool of_all) {
            return winner("property keep-out", [of_all](const Setting& one) {
                return (one.rank <= SettingRank::all) == of_all
                           ? property_in(one, sync::kKeepOutProperty)
                           : nullptr;
            });
        };
        DIM_TRY(const Setting* nearest, said(false));
        DIM_TRY(const Setting* of_all, said(true));
        blade.keep_out = keep_out_of(nearest);
        blade.cluster_keep_out = keep_out_of(of_all);
        return {};
    }

    // -- components

    struct Interface {
        model::ComponentName network;
        std::optional<DeviceName> device;
        model::Ipv4Address address;
        std::optional<model::Ipv6Address> address6;
        SourceLine line;
    };

    Result<void> add(Position position) {
        name_ = taxonomy_.name(position);
        component_settings_ = settings_.of(position);
        const SourceLine line = component_settings_.back().line;
        auto name = model::ComponentName::parse(name_);
        if (!name) return refuse(line, "component " + name_, name.error());
        switch (taxonomy_.kinds()[position.kind].role) {
            case ComponentRole::server: return add_server(position, *name);
            case ComponentRole::blade: return add_blade(position, *name);
            case ComponentRole::management_module:
            case ComponentRole::other: return add_other(position, *name);
        }
        return {};
    }

    Result<void> add_server(Position position, const model::ComponentName& name) {
        values_ = taxonomy_.values(position);
        DefinitionLines::Component lines{.line = component_settings_.back().line.number};
        Server server{.name = name, .interfaces = {}, .position = position};
        DIM_TRY(auto made, interfaces(position, std::nullopt));
        for (Interface& interface : made) {
            if (!interface.device)
                return refuse(interface.line,
                              name_ + ": no device for the interface on " +
                                  to_string(interface.network),
                              "add device=, the interface's name as `ip link` shows it");
            server.interfaces.push_back({std::move(interface.network), *std::move(interface.device),
                                         interface.address, interface.address6});
            lines.interfaces.push_back(interface.line.number);
        }
        DIM_TRY(server.properties, properties());
        made_.definition.servers.push_back(std::move(server));
        made_.lines.servers.push_back(std::move(lines));
        return {};
    }

    Result<void> add_blade(Position position, const model::ComponentName& name) {
        const SourceLine line = component_settings_.back().line;
        DIM_TRY(const Setting* type, winner("type", type_in));
        if (type == nullptr)
            return refuse(line, name_ + ": it has no type",
                          "add type= to its <component>, or a <set> (there are: " +
                              model::known_blade_types() + ")");
        values_ = taxonomy_.values(position);
        DIM_TRY(const Position server, server_of(position));
        values_ = taxonomy_.values(position, server);
        DIM_TRY(auto server_name, model::ComponentName::parse(taxonomy_.name(server)));
        DefinitionLines::Component lines{.line = line.number, .mac = line.number};
        Blade blade{.name = name,
                    .type = type_in(*type)->type,
                    .mac = {},
                    .server = std::move(server_name),
                    .interfaces = {},
                    .position = position};
        blade.platform = type_in(*type)->platform;
        DIM_TRY(const Setting* mac, winner("mac", mac_in));
        if (mac != nullptr) {
            DIM_TRY(blade.mac, evaluate(mac->line, "mac", *rules_[mac->element].mac));
            lines.mac = mac->line.number;
        }
        DIM_TRY(blade.interfaces, plain_interfaces(position, server, lines));
        DIM_TRY(blade.properties, properties());
        DIM_CHECK(take_keep_out(blade));
        made_.definition.blades.push_back(std::move(blade));
        made_.lines.blades.push_back(std::move(lines));
        return {};
    }

    Result<void> add_other(Position position, const model::ComponentName& name) {
        values_ = taxonomy_.values(position);
        DefinitionLines::Component lines{.line = component_settings_.back().line.number};
        for (const Setting& setting : component_settings_)
            if (type_in(setting) != nullptr || mac_in(setting) != nullptr ||
                server_in(setting) != nullptr)
                return refuse(setting.line, name_ + ": only a blade has type, mac and server",
                              "remove them, or name blades only");
        Component component{.name = name,
                            .role = taxonomy_.kinds()[position.kind].role,
                            .interfaces = {},
                            .position = position};
        DIM_TRY(component.interfaces, plain_interfaces(position, std::nullopt, lines));
        DIM_TRY(component.properties, properties());
        made_.definition.components.push_back(std::move(component));
        made_.lines.components.push_back(std::move(lines));
        return {};
    }

    /// The image server of a blade: the one its attribute names, else the one at or above its
    /// place.
    Result<Position> server_of(Position blade) {
        DIM_TRY(const Setting* setting, winner("server", server_in));
        if (setting == nullptr) return enclosing_server(blade);
        DIM_TRY(const std::string name,
                evaluate(setting->line, "server", *rules_[setting->element].server));
        const auto found = taxonomy_.find(name);
        if (!found || taxonomy_.kinds()[found->kind].role != ComponentRole::server)
            return refuse(setting->line, name_ + ": there is no server '" + name + "'",
                          "name a component with role=\"server\"");
        if (settings_.is_present(*found)) return *found;
        return refuse(setting->line, name_ + ": its server " + name + " is absent",
                      "give it another, or say that it is absent, too");
    }

    Result<Position> enclosing_server(Position blade) const {
        const SourceLine line = component_settings_.back().line;
        const auto path = taxonomy_.levels_of(blade.kind);
        std::optional<std::uint32_t> best;
        std::optional<std::uint32_t> twin;
        for (std::uint32_t kind = 0; kind < taxonomy_.kinds().size(); ++kind) {
            if (taxonomy_.kinds()[kind].role != ComponentRole::server) continue;
            const auto other = taxonomy_.levels_of(kind);
            if (other.size() > path.size() || !std::ranges::equal(other, path.first(other.size())))
                continue;
            if (!best || other.size() > taxonomy_.levels_of(*best).size()) {
                best = kind;
                twin.reset();
            } else if (other.size() == taxonomy_.levels_of(*best).size()) {
                twin = kind;
            }
        }
        if (!best)
            return refuse(line, name_ + ": no server at or above its place",
                          "add server=\"…\" to its <component>, or a <component role=\"server\"> "
                          "to one of its levels");
        if (twin)
            return refuse(line,
                          name_ + ": two servers at its place, " +
                              to_string(taxonomy_.kinds()[*best].name) + " and " +
                              to_string(taxonomy_.kinds()[*twin].name),
                          "say which with server=\"…\"");
        const auto levels = taxonomy_.levels_of(*best);
        const Position server{
            *best, levels.empty() ? 1 : place_of(taxonomy_, blade, levels.back()).value_or(1)};
        if (settings_.is_present(server)) return server;
        return refuse(
            line, name_ + ": its server " + taxonomy_.name(server) + " is absent",
            "say that the blade is absent, too, or give it another with <set server=\"…\">");
    }

    Result<std::vector<Interface>> interfaces(Position position, std::optional<Position> server) {
        std::vector<Interface> made;
        const std::vector<model::ComponentName> names = networks_of(component_settings_);
        DIM_CHECK(check_count(names.size(), DefinitionSource::kInterfacesLimit, "interfaces"));
        for (const model::ComponentName& name : names) {
            const std::string on = " on " + to_string(name);
            const auto nearest = settings_with(component_settings_, [&](const Setting& setting) {
                return interface_in(setting, name);
            });
            SourceLine line = interface_in(*nearest.front(), name)->line;
            auto network = networks_.find(name, taxonomy_, position, server);
            if (!network) return refuse(line, name_, network.error());
            DIM_TRY(const Setting* address,
                    interface_winner("address" + on, name, &SourceInterface::address));
            if (address == nullptr)
                return refuse(line, name_ + ": no address" + on, "add address=");
            line = interface_in(*address, name)->line;
            DIM_TRY(const auto value, evaluate(line, "address", *rules_on(*address, name).address));
            Interface interface{(*network)->name, {}, value, {}, line};
            DIM_TRY(const Setting* address6,
                    interface_winner("address6" + on, name, &SourceInterface::address6));
            if (address6 != nullptr) {
                DIM_TRY(interface.address6,
                        evaluate(interface_in(*address6, name)->line, "address6",
                                 *rules_on(*address6, name).address6));
            }
            DIM_TRY(const Setting* device,
                    interface_winner("device" + on, name, &SourceInterface::device));
            if (device != nullptr) interface.device = interface_in(*device, name)->device;
            made.push_back(std::move(interface));
        }
        return made;
    }

    Result<std::vector<BladeInterface>> plain_interfaces(Position position,
                                                         std::optional<Position> server,
                                                         DefinitionLines::Component& lines) {
        DIM_TRY(auto made, interfaces(position, server));
        std::vector<BladeInterface> plain;
        for (Interface& interface : made) {
            if (interface.device)
                return refuse(interface.line, name_ + ": only a server's <interface> has a device",
                              "remove it");
            plain.push_back({std::move(interface.network), interface.address, interface.address6});
            lines.interfaces.push_back(interface.line.number);
        }
        return plain;
    }

    const SettingRules::Interface& rules_on(const Setting& setting,
                                            const model::ComponentName& network) const {
        const SourceInterface* interface = interface_in(setting, network);
        const auto index = interface - setting.settings->interfaces.data();
        return rules_[setting.element].interfaces[static_cast<std::size_t>(index)];
    }

    const DefinitionSource& source_;
    const Taxonomy& taxonomy_;
    const ComponentSettings& settings_;
    std::string_view file_name_;
    Expanded made_;
    std::vector<SettingRules> rules_;  ///< of the components, then of the sets
    NetworkTable networks_;
    // Of the component that is being made:
    std::string name_;
    std::vector<Setting> component_settings_;
    std::vector<std::optional<std::int64_t>> values_;
};

}  // namespace

Result<Taxonomy> make_taxonomy(const DefinitionSource& source, std::string_view file_name) {
    std::vector<Level> levels;
    std::vector<ComponentKind> kinds;
    for (const SourceLevel& level : source.levels)
        levels.push_back(level.level);
    for (const SourceComponent& component : source.components)
        kinds.push_back(component.kind);
    auto taxonomy = Taxonomy::create(std::move(levels), std::move(kinds));
    if (taxonomy) return *std::move(taxonomy);
    const TaxonomyFault& fault = taxonomy.error();
    SourceLine line = source.line;
    if (fault.where == TaxonomyFault::Where::level) line = source.levels[fault.index].line;
    if (fault.where == TaxonomyFault::Where::kind) line = source.components[fault.index].line;
    return fail(
        Error(fault.error.code(), std::string(file_name) + ":" + std::to_string(line.number) +
                                      ": " + fault.error.message())
            .with_cure(fault.error.cure().empty() ? "docs/cluster-xml.md explains levels and names"
                                                  : fault.error.cure()));
}

Result<Expanded> expand(const DefinitionSource& source, const Taxonomy& taxonomy,
                        const ComponentSettings& settings, std::string_view file_name) {
    return Expander(source, taxonomy, settings, file_name).expand();
}

}  // namespace dim::cluster
