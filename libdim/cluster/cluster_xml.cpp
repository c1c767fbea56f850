#include "libdim/cluster/cluster_xml.hpp"

#include "cluster_schema_text.hpp"
#include "libdim/base/text.hpp"
#include "libdim/cluster/definition_check.hpp"
#include "libdim/cluster/xml_document.hpp"

#include <string>
#include <utility>

namespace dim::cluster {

namespace {

/// Turns elements into values. Stricter than the schema, and says what is wrong with a value where
/// the validator only says that something is; FAILED_LINE tells which of the two was first.
class Reader {
public:
    explicit Reader(std::string_view file_name) : file_name_(file_name) {}

    Result<Definition> read(const XmlElement& root) {
        DIM_TRY(auto name, value(root, "name", model::ComponentName::parse));
        Definition definition{.name = std::move(name), .networks = {}, .servers = {}, .blades = {}};
        for (const XmlElement& element : root.children()) {
            if (element.name() == "network") {
                DIM_TRY(Network network, read_network(element));
                definition.networks.push_back(std::move(network));
                lines.networks.push_back(element.line());
            } else if (element.name() == "server") {
                DIM_TRY(Server server, read_server(element));
                definition.servers.push_back(std::move(server));
            } else if (element.name() == "blade") {
                DIM_TRY(Blade blade, read_blade(element));
                definition.blades.push_back(std::move(blade));
            }
        }
        return definition;
    }

    DefinitionLines lines;
    long failed_line = 0;

private:
    std::unexpected<Error> refuse(const XmlElement& element, Error error) {
        failed_line = element.line();
        std::string who(element.name());
        if (error.cure().empty())
            error = std::move(error).with_cure("docs/cluster-xml.md says what it may be");
        if (const auto name = element.attribute("name"); name && !name->empty())
            who += " " + printable(*name, 63);
        return fail(std::move(error).with_context(std::string(file_name_) + ":" +
                                                  std::to_string(element.line()) + ": " + who));
    }

    /// The value of an attribute that must be there.
    template <class T>
    Result<T> value(const XmlElement& element, const char* name,
                    Result<T> (*parse)(std::string_view)) {
        const std::optional<std::string> text = element.attribute(name);
        if (!text) {
            return refuse(element, Error(ErrorCode::invalid_input,
                                         "the attribute " + std::string(name) + " is missing")
                                       .with_cure("add it; docs/cluster-xml.md says what it is"));
        }
        Result<T> parsed = parse(*text);
        if (!parsed) return refuse(element, std::move(parsed).error().with_context(name));
        return parsed;
    }

    Result<Network> read_network(const XmlElement& element) {
        DIM_TRY(auto name, value(element, "name", model::ComponentName::parse));
        DIM_TRY(auto address, value(element, "address", model::Ipv4Network::parse));
        DIM_TRY(const NetworkRole role, value(element, "role", parse_network_role));
        Network network{.name = std::move(name), .network = address, .role = role, .router = {}};
        for (const XmlElement& child : element.children()) {
            if (child.name() != "router") continue;
            DIM_TRY(network.router, value(child, "address", model::Ipv4Address::parse));
        }
        return network;
    }

    Result<Server> read_server(const XmlElement& element) {
        DIM_TRY(auto name, value(element, "name", model::ComponentName::parse));
        Server server{.name = std::move(name), .interfaces = {}};
        DefinitionLines::Component component{.line = element.line(), .interfaces = {}};
        for (const XmlElement& child : element.children()) {
            if (child.name() != "interface") continue;
            DIM_TRY(auto network, value(child, "network", model::ComponentName::parse));
            DIM_TRY(auto device, value(child, "device", DeviceName::parse));
            DIM_TRY(auto address, value(child, "address", model::Ipv4Address::parse));
            server.interfaces.push_back({std::move(network), std::move(device), address});
            component.interfaces.push_back(child.line());
        }
        lines.servers.push_back(std::move(component));
        return server;
    }

    Result<Blade> read_blade(const XmlElement& element) {
        DIM_TRY(auto name, value(element, "name", model::ComponentName::parse));
        DIM_TRY(const auto type, value(element, "type", model::parse_blade_type));
        DIM_TRY(const auto mac, value(element, "mac", model::MacAddress::parse));
        DIM_TRY(auto server, value(element, "server", model::ComponentName::parse));
        Blade blade{.name = std::move(name),
                    .type = type,
                    .mac = mac,
                    .server = std::move(server),
                    .interfaces = {}};
        DefinitionLines::Component component{.line = element.line(), .interfaces = {}};
        for (const XmlElement& child : element.children()) {
            if (child.name() != "interface") continue;
            DIM_TRY(auto network, value(child, "network", model::ComponentName::parse));
            DIM_TRY(auto address, value(child, "address", model::Ipv4Address::parse));
            blade.interfaces.push_back({std::move(network), address});
            component.interfaces.push_back(child.line());
        }
        lines.blades.push_back(std::move(component));
        return blade;
    }

    std::string_view file_name_;
};

Error schema_error(const XmlDocument::SchemaError& found, std::string_view file_name) {
    return Error(ErrorCode::invalid_input,
                 std::string(file_name) + ":" + std::to_string(found.line) + ": " + found.text)
        .with_cure("docs/cluster-xml.md lists every element and attribute");
}

void append_attribute(std::string& xml, std::string_view name, std::string_view value) {
    xml.append(" ").append(name).append("=\"").append(value).append("\"");
}

}  // namespace

Result<Definition> parse_cluster(std::string_view xml, std::string_view file_name) {
    DIM_TRY(const XmlDocument document, XmlDocument::parse(xml, file_name));
    DIM_TRY(const auto invalid, document.validate(kClusterSchema));
    Reader reader(file_name);
    Result<Definition> definition = reader.read(document.root());
    if (invalid && (definition || invalid->line < reader.failed_line))
        return fail(schema_error(*invalid, file_name));
    if (!definition) return definition;
    DIM_CHECK(check_definition(*definition, reader.lines, file_name));
    return definition;
}

// No value can hold a character that XML gives a meaning to, so nothing needs quoting.
std::string to_xml(const Definition& definition) {
    std::string xml = "<cluster xmlns=\"urn:dim:cluster:1\"";
    append_attribute(xml, "name", to_string(definition.name));
    xml += ">\n";
    for (const Network& network : definition.networks) {
        xml += "  <network";
        append_attribute(xml, "name", to_string(network.name));
        append_attribute(xml, "address", to_string(network.network));
        append_attribute(xml, "role", to_string(network.role));
        if (network.router) {
            xml += ">\n    <router";
            append_attribute(xml, "address", to_string(*network.router));
            xml += "/>\n  </network>\n";
        } else {
            xml += "/>\n";
        }
    }
    for (const Server& server : definition.servers) {
        xml += "  <server";
        append_attribute(xml, "name", to_string(server.name));
        xml += ">\n";
        for (const ServerInterface& interface : server.interfaces) {
            xml += "    <interface";
            append_attribute(xml, "network", to_string(interface.network));
            append_attribute(xml, "device", to_string(interface.device));
            append_attribute(xml, "address", to_string(interface.address));
            xml += "/>\n";
        }
        xml += "  </server>\n";
    }
    for (const Blade& blade : definition.blades) {
        xml += "  <blade";
        append_attribute(xml, "name", to_string(blade.name));
        append_attribute(xml, "type", to_string(blade.type));
        if (blade.mac) append_attribute(xml, "mac", to_string(*blade.mac));
        append_attribute(xml, "server", to_string(blade.server));
        xml += ">\n";
        for (const BladeInterface& interface : blade.interfaces) {
            xml += "    <interface";
            append_attribute(xml, "network", to_string(interface.network));
            append_attribute(xml, "address", to_string(interface.address));
            xml += "/>\n";
        }
        xml += "  </blade>\n";
    }
    return xml + "</cluster>\n";
}

std::string_view cluster_schema() { return kClusterSchema; }

}  // namespace dim::cluster
