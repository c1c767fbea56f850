#include "libdim/cluster/expansion/explain.hpp"

#include "libdim/cluster/expansion/cluster_xml.hpp"
#include "libdim/cluster/expansion/expand.hpp"
#include "libdim/cluster/expansion/expand_networks.hpp"
#include "libdim/cluster/xml/source_reader.hpp"
#include "libdim/sync/keep_out.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace dim::cluster {

namespace {

/// Where a rule is written: the line and the rule.
struct Written {
    SourceLine line;
    std::string rule;
};

class Explainer {
public:
    Explainer(const DefinitionSource& source, const Definition& definition,
              const ComponentSettings& settings, std::string_view file_name, Position position)
        : source_(source),
          definition_(definition),
          file_name_(file_name),
          position_(position),
          settings_(settings.of(position)),
          found_(find_component(definition, position)) {}

    std::vector<Explanation> explain() {
        explain_names();
        if (found_.blade != nullptr) explain_blade(*found_.blade);
        if (found_.blade != nullptr) explain_interfaces(found_.blade->interfaces);
        if (found_.server != nullptr) explain_interfaces(found_.server->interfaces);
        if (found_.other != nullptr) explain_interfaces(found_.other->interfaces);
        explain_properties();
        explain_groups();
        return std::move(made_);
    }

private:
    const SourceComponent& component() const { return source_.components[position_.kind]; }

    std::string at_line(SourceLine line, const std::string& element) const {
        return std::string(file_name_) + ":" + std::to_string(line.number) + ": " + element;
    }
    static std::string element_of(const SourceComponent& component) {
        return "<component name=\"" + to_string(component.kind.name) + "\">";
    }
    std::string element_of(const Setting& setting) const {
        if (setting.rank == SettingRank::component) return element_of(component());
        const SourceSet& set = source_.sets[setting.element - source_.components.size()];
        return "<set for=\"" + set.range.substr(0, 63) + "\">";
    }

    void add(std::string attribute, std::string value, std::string origin) {
        made_.push_back({std::move(attribute), std::move(value), std::move(origin), {}});
    }

    /// The attribute of which WRITTEN_IN says where a setting writes it; nothing is added when
    /// none does.
    void add_set(const std::string& attribute, std::string value,
                 const std::function<std::optional<Written>(const Setting&)>& written_in) {
        Explanation explanation{attribute, std::move(value), "", {}};
        for (const Setting& setting : settings_) {
            const std::optional<Written> written = written_in(setting);
            if (!written) continue;
            std::string origin = at_line(written->line, element_of(setting)) + ": " + written->rule;
            if (explanation.origin.empty())
                explanation.origin = std::move(origin);
            else
                explanation.overridden.push_back(std::move(origin));
        }
        if (!explanation.origin.empty()) made_.push_back(std::move(explanation));
    }

    void explain_names() {
        const Taxonomy& taxonomy = definition_.taxonomy;
        const ComponentKind& kind = taxonomy.kinds()[position_.kind];
        const std::string element = at_line(component().line, element_of(component()));
        add("name", taxonomy.name(position_), element + ": pattern " + kind.pattern);
        if (kind.level)
            add("linear name", taxonomy.linear_name(position_),
                element + ": linear " + kind.linear + " and number " +
                    std::to_string(position_.number));
        add("kind", to_string(kind.name), element);
        add("role", std::string(to_string(kind.role)), element);
    }

    void explain_blade(const Blade& blade) {
        add_set("type", type_text(blade), [](const Setting& setting) -> std::optional<Written> {
            const SourceType* type = type_in(setting);
            if (type == nullptr) return std::nullopt;
            return Written{setting.line, to_string(*type)};
        });
        explain_platform(blade);
        if (blade.mac)
            add_set("mac", to_string(*blade.mac), written(mac_in));
        else
            add("mac", "none",
                at_line(component().line, element_of(component())) + ": nobody sets it");
        const std::size_t count = made_.size();
        add_set("server", to_string(blade.server), written(server_in));
        if (made_.size() > count) return;
        const Server* server = find_server(definition_, blade.server);
        if (server == nullptr) return;
        const SourceComponent& origin = source_.components[server->position.kind];
        add("server", to_string(blade.server),
            at_line(origin.line, element_of(origin)) + ": the server at or above its place");
    }

    /// What the row says that its type names.
    void explain_platform(const Blade& blade) {
        if (!blade.platform) return;
        const auto found =
            std::ranges::find(source_.platforms, *blade.platform,
                              [](const SourcePlatform& platform) { return platform.row.name; });
        if (found == source_.platforms.end()) return;
        const model::PlatformRow& row = found->row;
        const std::string origin =
            at_line(found->line, "<platform name=\"" + to_string(row.name) + "\">");
        for (const PlatformValue& value : platform_values(row))
            add(std::string(value.attribute) + " of its platform", value.text, origin);
    }

    static std::function<std::optional<Written>(const Setting&)>
    written(const std::string* (*value_in)(const Setting&)) {
        return [value_in](const Setting& setting) -> std::optional<Written> {
            const std::string* value = value_in(setting);
            if (value == nullptr) return std::nullopt;
            return Written{setting.line, *value};
        };
    }

    template <class Interfaces>
    void explain_interfaces(const Interfaces& interfaces) {
        const std::vector<model::ComponentName> names = networks_of(settings_);
        for (std::size_t at = 0; at < interfaces.size() && at < names.size(); ++at) {
            const auto& interface = interfaces[at];
            const std::string on = " on " + to_string(interface.network);
            const auto part = [&](std::optional<std::string> SourceInterface::* field) {
                return [&names, at, field](const Setting& setting) -> std::optional<Written> {
                    const SourceInterface* found = interface_in(setting, names[at]);
                    if (found == nullptr || !(found->*field)) return std::nullopt;
                    return Written{found->line, *(found->*field)};
                };
            };
            add_set("address" + on, to_string(interface.address), part(&SourceInterface::address));
            if (interface.address6)
                add_set("address6" + on, to_string(*interface.address6),
                        part(&SourceInterface::address6));
            if constexpr (requires { interface.device; })
                add_set("device" + on, to_string(interface.device),
                        [&](const Setting& setting) -> std::optional<Written> {
                            const SourceInterface* found = interface_in(setting, names[at]);
                            if (found == nullptr || !found->device) return std::nullopt;
                            return Written{found->line, to_string(*found->device)};
                        });
        }
    }

    void explain_properties() {
        for (const std::string& name : properties_of(settings_)) {
            if (name == sync::kKeepOutProperty && found_.blade != nullptr) {
                explain_keep_out(*found_.blade);
                continue;
            }
            add_set(name, attribute_of(definition_, position_, name).value_or(""),
                    [&](const Setting& setting) -> std::optional<Written> {
                        const std::string* value = property_in(setting, name);
                        if (value == nullptr) return std::nullopt;
                        return Written{setting.line, *value};
                    });
        }
    }

    /// What is said of the whole cluster is hidden by nothing.
    void explain_keep_out(const Blade& blade) {
        const std::string name(sync::kKeepOutProperty);
        const auto written_for = [](bool of_all) {
            return [of_all](const Setting& setting) -> std::optional<Written> {
                const std::string* value = property_in(setting, sync::kKeepOutProperty);
                if (value == nullptr || (setting.rank <= SettingRank::all) != of_all)
                    return std::nullopt;
                return Written{setting.line, *value};
            };
        };
        if (blade.keep_out) add_set(name, blade.keep_out->rules, written_for(false));
        if (blade.cluster_keep_out)
            add_set(name + " of the cluster", blade.cluster_keep_out->rules, written_for(true));
    }

    void explain_groups() {
        for (std::size_t at = 0; at < definition_.groups.size(); ++at) {
            const Group& group = definition_.groups[at];
            if (!std::ranges::binary_search(group.members, position_)) continue;
            add("group", to_string(group.name),
                at_line(source_.groups[at].line, "<group name=\"" + to_string(group.name) + "\">") +
                    ": " + source_.groups[at].range.substr(0, 200));
        }
    }

    const DefinitionSource& source_;
    const Definition& definition_;
    std::string_view file_name_;
    Position position_;
    std::vector<Setting> settings_;
    ComponentReference found_;
    std::vector<Explanation> made_;
};

}  // namespace

Result<std::vector<Explanation>> explain_component(std::string_view xml, std::string_view file_name,
                                                   std::string_view name) {
    DIM_TRY(const DefinitionSource source, parse_source(xml, file_name));
    DIM_TRY(const Definition definition, define(source, file_name));
    DIM_TRY(const auto settings, ComponentSettings::create(source, definition.taxonomy, file_name));
    DIM_TRY(const Position position, definition.taxonomy.find(name));
    if (!settings.is_present(position)) {
        return fail(
            Error(ErrorCode::not_found, definition.taxonomy.name(position) + " is absent")
                .with_cure("an <absent> element of " + std::string(file_name) + " says so"));
    }
    return Explainer(source, definition, settings, file_name, position).explain();
}

}  // namespace dim::cluster
