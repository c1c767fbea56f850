#include "libdim/cluster/xml/source_reader.hpp"

#include "libdim/base/text.hpp"
#include "libdim/cluster/xml/cluster_schema.hpp"
#include "libdim/cluster/xml/source_values.hpp"
#include "libdim/cluster/xml/xml_document.hpp"

#include <algorithm>
#include <utility>

namespace dim::cluster {

namespace {

constexpr std::string_view kManual = "docs/cluster-xml.md says what it may be";

/// What may stand in an element; cluster.rng says the same for other tools.
struct ElementShape {
    std::string_view name;
    std::vector<std::string_view> attributes;
    std::vector<std::string_view> children;
};

const std::vector<ElementShape>& element_shapes() {
    static const std::vector<ElementShape> shapes{
        {"cluster",
         {"name", "domain", "management"},
         {"services", "platform", "network", "level", "component", "absent", "set", "group"}},
        {"platform", {"name", "like", "console", "kernel-arguments", "drivers"}, {}},
        {"services", {"dhcp", "dns", "nfs"}, {}},
        {"network",
         {"name", "per", "role", "address", "address6", "suffix"},
         {"router", "time-server", "option"}},
        {"router", {"address"}, {}},
        {"time-server", {"address"}, {}},
        {"option", {"code", "type", "value"}, {}},
        {"level", {"name", "symbol", "width", "first", "last"}, {"component", "level"}},
        {"component",
         {"name", "role", "pattern", "linear", "type", "mac", "server"},
         {"interface", "property"}},
        {"set", {"for", "type", "mac", "server"}, {"interface", "property"}},
        {"interface", {"network", "device", "address", "address6"}, {}},
        {"property", {"name", "value"}, {}},
        {"absent", {"for"}, {}},
        {"group", {"name", "range"}, {}},
    };
    return shapes;
}

std::string joined(const std::vector<std::string_view>& names) {
    std::string text;
    for (const std::string_view name : names)
        text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

class SourceReader {
public:
    SourceReader(std::string_view file_name, long& failed_line)
        : file_name_(file_name), failed_line_(failed_line) {}

    Result<DefinitionSource> read(const XmlElement& root) {
        if (root.name() != "cluster")
            return refuse(root, "the file is no cluster definition",
                          "its outermost element is <cluster xmlns=\"urn:dim:cluster:1\">");
        DIM_CHECK(check_shape(root));
        DIM_TRY(auto name, required(root, "name", model::ComponentName::parse));
        DefinitionSource source{.line = line_of(root), .name = std::move(name)};
        DIM_TRY(source.domain, optional(root, "domain", parse_domain));
        DIM_TRY(source.management, optional(root, "management", model::ComponentName::parse));
        // A type= may stand before the row it names.
        for (const XmlElement& element : root.children())
            if (element.name() == "platform") DIM_CHECK(read_platform(element, source));
        for (const SourcePlatform& platform : source.platforms)
            platforms_.push_back(platform.row);
        for (const XmlElement& element : root.children())
            DIM_CHECK(read_top(element, source));
        DIM_CHECK(read_place(root, std::nullopt, 0, source));
        return source;
    }

private:
    static SourceLine line_of(const XmlElement& element) { return {element.line()}; }

    std::unexpected<Error> refuse(const XmlElement& element, const Error& error) {
        failed_line_ = element.line();
        std::string who = printable(element.name(), 63);
        std::string cure = error.cure().empty() ? std::string(kManual) : error.cure();
        for (const char* key : {"name", "for", "network"}) {
            const auto value = element.attribute(key);
            if (!value || value->empty()) continue;
            who += " " + printable(*value, 63);
            break;
        }
        return fail(source_error(file_name_, line_of(element), who + ": " + error.message(),
                                 std::move(cure)));
    }
    std::unexpected<Error> refuse(const XmlElement& element, std::string text, std::string cure) {
        return refuse(element,
                      Error(ErrorCode::invalid_input, std::move(text)).with_cure(std::move(cure)));
    }

    /// The value of an attribute that may be there.
    template <class T>
    Result<std::optional<T>> optional(const XmlElement& element, const char* name,
                                      Result<T> (*parse)(std::string_view)) {
        const std::optional<std::string> text = element.attribute(name);
        if (!text) return std::optional<T>();
        Result<T> parsed = parse(*text);
        if (!parsed) return refuse(element, std::move(parsed).error().with_context(name));
        return std::optional<T>(*std::move(parsed));
    }
    /// The value of an attribute that must be there.
    template <class T>
    Result<T> required(const XmlElement& element, const char* name,
                       Result<T> (*parse)(std::string_view)) {
        DIM_TRY(std::optional<T> value, optional(element, name, parse));
        if (value) return *std::move(value);
        return refuse(element, "the attribute " + std::string(name) + " is missing",
                      "add it; docs/cluster-xml.md says what it is");
    }

    /// That ELEMENT and those directly below are known, and its attributes.
    Result<void> check_shape(const XmlElement& element) {
        const auto& shapes = element_shapes();
        const auto shape = std::ranges::find(shapes, element.name(), &ElementShape::name);
        if (shape == shapes.end()) return {};
        for (const std::string& name : element.attributes())
            if (!is_among(shape->attributes, std::string_view(name)))
                return refuse(element, "there is no attribute '" + printable(name, 40) + "'",
                              "there are " + joined(shape->attributes));
        for (const XmlElement& child : element.children())
            if (!is_among(shape->children, child.name()))
                return refuse(child, "no such element in <" + std::string(shape->name) + ">",
                              shape->children.empty() ? "nothing stands in it"
                                                      : "there are " + joined(shape->children));
        return {};
    }

    /// Everything directly in <cluster> but levels and components.
    Result<void> read_top(const XmlElement& element, DefinitionSource& source) {
        const std::string_view kind = element.name();
        DIM_CHECK(check_shape(element));
        if (kind == "services") {
            if (source.services)
                return refuse(element, "<services> stands here twice", "join them");
            DIM_TRY(const auto dhcp, optional(element, "dhcp", parse_dhcp_backend));
            DIM_TRY(const auto dns, optional(element, "dns", parse_dns_backend));
            DIM_TRY(const auto nfs, optional(element, "nfs", parse_nfs_backend));
            const Services defaults;
            source.services = Services{dhcp.value_or(defaults.dhcp), dns.value_or(defaults.dns),
                                       nfs.value_or(defaults.nfs)};
        } else if (kind == "network") {
            DIM_TRY(auto network, read_network(element));
            source.networks.push_back(std::move(network));
        } else if (kind == "absent") {
            DIM_TRY(auto range, required(element, "for", parse_range_text));
            source.absents.push_back({line_of(element), std::move(range)});
        } else if (kind == "set") {
            DIM_TRY(auto range, required(element, "for", parse_range_text));
            DIM_TRY(auto settings, read_settings(element));
            if (settings == SourceSettings{})
                return refuse(element, "it sets nothing", "give it something to set, or remove it");
            source.sets.push_back({line_of(element), std::move(range), std::move(settings)});
        } else if (kind == "group") {
            DIM_CHECK(read_group(element, source));
        }
        return {};
    }

    Result<void> read_platform(const XmlElement& element, DefinitionSource& source) {
        DIM_CHECK(check_shape(element));
        if (source.platforms.size() == DefinitionSource::kPlatformsLimit)
            return refuse(element, "more than 32 platforms", "remove some");
        DIM_TRY(auto name, required(element, "name", parse_platform_name));
        DIM_TRY(const auto like, required(element, "like", model::parse_blade_type));
        model::PlatformRow row{.name = std::move(name), .like = like};
        DIM_TRY(auto console, optional(element, "console", parse_console));
        DIM_TRY(auto arguments, optional(element, "kernel-arguments", parse_platform_arguments));
        DIM_TRY(auto drivers, optional(element, "drivers", parse_drivers));
        row.console = std::move(console).value_or(row.console);
        row.kernel_arguments = std::move(arguments).value_or(row.kernel_arguments);
        row.drivers = std::move(drivers).value_or(row.drivers);
        if (!row.drivers.empty() && !boots_distributions_kernel(model::platform_of(like)))
            return refuse(element,
                          "drivers: the kernel of these blades is DIM's own, without modules",
                          "remove drivers=");
        for (const SourcePlatform& other : source.platforms)
            if (other.row.name == row.name)
                return refuse(element, "there is a platform of this name on " + at_line(other.line),
                              "give each its own name");
        source.platforms.push_back({line_of(element), std::move(row)});
        return {};
    }

    /// That of ELEMENT, which names a shipped type or one of the rows.
    Result<std::optional<SourceType>> read_type(const XmlElement& element) {
        const std::optional<std::string> text = element.attribute("type");
        if (!text) return std::optional<SourceType>();
        const auto row = std::ranges::find_if(platforms_, [&](const model::PlatformRow& each) {
            return to_string(each.name) == *text;
        });
        if (row != platforms_.end())
            return std::optional(SourceType{.type = row->like, .platform = row->name});
        auto type = model::parse_blade_type(*text);
        if (type) return std::optional(SourceType{.type = *type});
        std::string rows;
        for (const model::PlatformRow& each : platforms_)
            rows += (rows.empty() ? "; its <platform> elements: " : ", ") + to_string(each.name);
        return refuse(element, Error(std::move(type).error())
                                   .with_context("type")
                                   .with_cure("name one of these" + rows +
                                              "; or add a <platform> of this name"));
    }

    Result<void> read_group(const XmlElement& element, DefinitionSource& source) {
        if (source.groups.size() == DefinitionSource::kGroupsLimit)
            return refuse(element, "more than 1000 groups", "remove some");
        DIM_TRY(auto name, required(element, "name", parse_group_name));
        DIM_TRY(auto range, required(element, "range", parse_range_text));
        for (const SourceGroup& other : source.groups)
            if (other.name == name)
                return refuse(element, "there is a group of this name on " + at_line(other.line),
                              "give each its own name");
        source.groups.push_back({line_of(element), std::move(name), std::move(range)});
        return {};
    }

    static std::string at_line(SourceLine line) { return "line " + std::to_string(line.number); }

    Result<SourceNetwork> read_network(const XmlElement& element) {
        DIM_TRY(auto name, required(element, "name", model::ComponentName::parse));
        DIM_TRY(auto address, required(element, "address", parse_text));
        DIM_TRY(const auto role, required(element, "role", parse_network_role));
        SourceNetwork network{.line = line_of(element),
                              .name = std::move(name),
                              .role = role,
                              .address = std::move(address)};
        DIM_TRY(network.address6, optional(element, "address6", parse_text));
        DIM_TRY(network.per, optional(element, "per", parse_text));
        DIM_TRY(network.suffix, optional(element, "suffix", parse_suffix));
        for (const XmlElement& child : element.children()) {
            DIM_CHECK(check_shape(child));
            if (child.name() == "router") {
                if (network.router)
                    return refuse(child, "there is a router on " + at_line(network.router->line),
                                  "a network has one default router at most");
                DIM_TRY(auto router, required(child, "address", parse_text));
                network.router = SourceAddress{line_of(child), std::move(router)};
            } else if (child.name() == "time-server") {
                if (network.time_servers.size() == DefinitionSource::kTimeServersLimit)
                    return refuse(child, "more than 16 time servers", "remove some");
                DIM_TRY(auto server, required(child, "address", parse_text));
                network.time_servers.push_back({line_of(child), std::move(server)});
            } else if (child.name() == "option") {
                DIM_CHECK(read_option(child, network));
            }
        }
        return network;
    }

    Result<void> read_option(const XmlElement& element, SourceNetwork& network) {
        if (network.options.size() == DefinitionSource::kOptionsLimit)
            return refuse(element, "more than 64 options", "remove some");
        DIM_TRY(const auto code, required(element, "code", parse_option_code));
        DIM_TRY(const auto type, required(element, "type", parse_option_type));
        DIM_TRY(auto value, required(element, "value", parse_text));
        for (const SourceOption& other : network.options)
            if (other.option.code == code)
                return refuse(element,
                              "option " + std::to_string(code) + " stands on " +
                                  at_line(other.line) + " already",
                              "give each option once");
        network.options.push_back({line_of(element), {code, type, std::move(value)}});
        if (auto checked = check_option_value(network.options.back().option); !checked)
            return refuse(element, std::move(checked).error().with_context("value"));
        return {};
    }

    /// The components and levels directly in ELEMENT.
    Result<void> read_place(const XmlElement& element, std::optional<std::size_t> level,
                            std::size_t depth, DefinitionSource& source) {
        const std::vector<XmlElement> children = element.children();
        for (const XmlElement& child : children) {
            if (child.name() != "component") continue;
            DIM_CHECK(check_shape(child));
            DIM_TRY(auto component, read_component(child, level));
            source.components.push_back(std::move(component));
            if (source.components.size() > Taxonomy::kKindsLimit)
                return refuse(child, "more than 32 kinds of components", "remove some");
        }
        for (const XmlElement& child : children) {
            if (child.name() != "level") continue;
            DIM_CHECK(check_shape(child));
            if (depth == Taxonomy::kDepthLimit)
                return refuse(child, "levels more than 8 deep", "leave some out");
            if (source.levels.size() == Taxonomy::kLevelsLimit)
                return refuse(child, "more than 32 levels", "remove some");
            DIM_TRY(auto below, read_level(child, level));
            source.levels.push_back(std::move(below));
            const std::size_t components = source.components.size();
            DIM_CHECK(read_place(child, source.levels.size() - 1, depth + 1, source));
            if (source.components.size() == components)
                return refuse(child, "no <component> in this level or below",
                              "add one, or remove the level");
        }
        return {};
    }

    Result<SourceLevel> read_level(const XmlElement& element, std::optional<std::size_t> parent) {
        DIM_TRY(auto name, required(element, "name", parse_text));
        DIM_TRY(auto symbol, required(element, "symbol", parse_text));
        DIM_TRY(const auto width, optional(element, "width", parse_count));
        DIM_TRY(const auto first, optional(element, "first", parse_count));
        DIM_TRY(const auto last, required(element, "last", parse_count));
        return SourceLevel{line_of(element),
                           {.name = std::move(name),
                            .symbol = std::move(symbol),
                            .width = width.value_or(1),
                            .first = first.value_or(1),
                            .last = last,
                            .parent = parent}};
    }

    Result<SourceComponent> read_component(const XmlElement& element,
                                           std::optional<std::size_t> level) {
        DIM_TRY(auto name, required(element, "name", model::ComponentName::parse));
        DIM_TRY(const auto role, required(element, "role", parse_component_role));
        DIM_TRY(auto pattern, optional(element, "pattern", parse_text));
        DIM_TRY(auto linear, optional(element, "linear", parse_text));
        DIM_TRY(auto settings, read_settings(element));
        if (role != ComponentRole::blade && (settings.type || settings.mac || settings.server))
            return refuse(element, "only a blade has type, mac and server", "remove them");
        for (const SourceInterface& interface : settings.interfaces)
            if (role != ComponentRole::server && interface.device)
                return refuse(element, "only a server's <interface> has a device", "remove it");
        return SourceComponent{line_of(element),
                               {.name = std::move(name),
                                .role = role,
                                .level = level,
                                .pattern = std::move(pattern).value_or(""),
                                .linear = std::move(linear).value_or("")},
                               std::move(settings)};
    }

    Result<SourceSettings> read_settings(const XmlElement& element) {
        SourceSettings settings;
        DIM_TRY(settings.type, read_type(element));
        DIM_TRY(settings.mac, optional(element, "mac", parse_text));
        DIM_TRY(settings.server, optional(element, "server", parse_text));
        for (const XmlElement& child : element.children()) {
            DIM_CHECK(check_shape(child));
            if (child.name() == "interface") {
                DIM_CHECK(read_interface(child, settings));
            } else if (child.name() == "property") {
                DIM_CHECK(read_property(child, settings));
            }
        }
        return settings;
    }

    Result<void> read_interface(const XmlElement& element, SourceSettings& settings) {
        if (settings.interfaces.size() == DefinitionSource::kInterfacesLimit)
            return refuse(element, "more than 16 interfaces", "remove some");
        DIM_TRY(auto network, required(element, "network", model::ComponentName::parse));
        DIM_TRY(auto device, optional(element, "device", DeviceName::parse));
        DIM_TRY(auto address, optional(element, "address", parse_text));
        DIM_TRY(auto address6, optional(element, "address6", parse_text));
        for (const SourceInterface& other : settings.interfaces)
            if (other.network == network)
                return refuse(element,
                              "an interface on this network stands on " + at_line(other.line),
                              "a component has at most one on each network");
        settings.interfaces.push_back({line_of(element), std::move(network), std::move(device),
                                       std::move(address), std::move(address6)});
        return {};
    }

    Result<void> read_property(const XmlElement& element, SourceSettings& settings) {
        if (settings.properties.size() == DefinitionSource::kPropertiesLimit)
            return refuse(element, "more than 64 properties", "remove some");
        DIM_TRY(auto name, required(element, "name", parse_property_name));
        DIM_TRY(auto value, required(element, "value", parse_text));
        if (auto checked = check_property(name, value); !checked)
            return refuse(element, std::move(checked).error().with_context("value"));
        if (std::ranges::find(settings.properties, name, &Property::name) !=
            settings.properties.end())
            return refuse(element, "this property stands here twice", "remove one");
        settings.properties.push_back({std::move(name), std::move(value)});
        return {};
    }

    std::string_view file_name_;
    long& failed_line_;
    std::vector<model::PlatformRow> platforms_;
};

}  // namespace

Result<DefinitionSource> parse_source(std::string_view xml, std::string_view file_name) {
    DIM_TRY(const XmlDocument document, XmlDocument::parse(xml, file_name));
    DIM_TRY(const auto invalid, document.validate(cluster_schema()));
    long failed_line = 0;
    Result<DefinitionSource> source = SourceReader(file_name, failed_line).read(document.root());
    // The reader says what is wrong with a value where the validator only says that something is.
    if (invalid && (source || invalid->line < failed_line))
        return fail(source_error(file_name, {invalid->line}, invalid->text,
                                 "docs/cluster-xml.md lists every element and attribute"));
    return source;
}

}  // namespace dim::cluster
