#include "libdim/cluster/xml/definition_source.hpp"

namespace dim::cluster {

namespace {

/// Appends elements with their indentation.
class XmlWriter {
public:
    class Element {
    public:
        Element(XmlWriter& writer, std::string_view name) : writer_(writer), name_(name) {
            writer_.open(name);
        }
        ~Element() { writer_.close(name_); }
        Element(const Element&) = delete;
        Element& operator=(const Element&) = delete;

        void attribute(std::string_view name, std::string_view value) {
            writer_.text_.append(" ").append(name).append("=\"");
            writer_.append_quoted(value);
            writer_.text_ += '"';
        }
        void optional(std::string_view name, const std::optional<std::string>& value) {
            if (value) attribute(name, *value);
        }

    private:
        XmlWriter& writer_;
        std::string_view name_;
    };

    std::string take() { return std::move(text_); }

private:
    void open(std::string_view name) {
        if (is_start_open_) text_ += ">\n";
        text_.append(2 * depth_++, ' ').append("<").append(name);
        is_start_open_ = true;
    }
    void close(std::string_view name) {
        --depth_;
        if (is_start_open_)
            text_ += "/>\n";
        else
            text_.append(2 * depth_, ' ').append("</").append(name).append(">\n");
        is_start_open_ = false;
    }
    void append_quoted(std::string_view value) {
        for (const char character : value) {
            switch (character) {
                case '&': text_ += "&amp;"; break;
                case '<': text_ += "&lt;"; break;
                case '"': text_ += "&quot;"; break;
                case '\t': text_ += "&#9;"; break;
                case '\n': text_ += "&#10;"; break;
                case '\r': text_ += "&#13;"; break;
                default: text_ += character;
            }
        }
    }

    std::string text_;
    std::size_t depth_ = 0;
    bool is_start_open_ = false;
};

using Element = XmlWriter::Element;

std::string_view to_string(DhcpOption::Type type) {
    switch (type) {
        case DhcpOption::Type::text: return "text";
        case DhcpOption::Type::hex: return "hex";
        case DhcpOption::Type::address: return "address";
    }
    return "";
}

void write(XmlWriter& writer, const SourceNetwork& network) {
    Element element(writer, "network");
    element.attribute("name", to_string(network.name));
    element.optional("per", network.per);
    element.attribute("role", to_string(network.role));
    element.attribute("address", network.address);
    element.optional("address6", network.address6);
    element.optional("suffix", network.suffix);
    if (network.router) Element(writer, "router").attribute("address", network.router->address);
    for (const SourceAddress& server : network.time_servers)
        Element(writer, "time-server").attribute("address", server.address);
    for (const SourceOption& option : network.options) {
        Element child(writer, "option");
        child.attribute("code", std::to_string(option.option.code));
        child.attribute("type", to_string(option.option.type));
        child.attribute("value", option.option.value);
    }
}

std::string words_text(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

void write(XmlWriter& writer, const model::PlatformRow& row) {
    Element element(writer, "platform");
    element.attribute("name", to_string(row.name));
    element.attribute("like", to_string(row.like));
    const auto words = [&](std::string_view name, const std::vector<std::string>& list) {
        if (!list.empty()) element.attribute(name, words_text(list));
    };
    words("console", row.console);
    words("kernel-arguments", row.kernel_arguments);
    words("drivers", row.drivers);
}

void write(XmlWriter& writer, Element& element, const SourceSettings& settings) {
    if (settings.type) element.attribute("type", to_string(*settings.type));
    element.optional("mac", settings.mac);
    element.optional("server", settings.server);
    for (const SourceInterface& interface : settings.interfaces) {
        Element child(writer, "interface");
        child.attribute("network", to_string(interface.network));
        if (interface.device) child.attribute("device", to_string(*interface.device));
        child.optional("address", interface.address);
        child.optional("address6", interface.address6);
    }
    for (const Property& property : settings.properties) {
        Element child(writer, "property");
        child.attribute("name", property.name);
        child.attribute("value", property.value);
    }
}

void write_place(XmlWriter& writer, const DefinitionSource& source,
                 std::optional<std::size_t> place) {
    for (const SourceComponent& component : source.components) {
        if (component.kind.level != place) continue;
        Element element(writer, "component");
        element.attribute("name", to_string(component.kind.name));
        element.attribute("role", to_string(component.kind.role));
        if (!component.kind.pattern.empty()) element.attribute("pattern", component.kind.pattern);
        if (!component.kind.linear.empty()) element.attribute("linear", component.kind.linear);
        write(writer, element, component.settings);
    }
    for (std::size_t at = 0; at < source.levels.size(); ++at) {
        const Level& level = source.levels[at].level;
        if (level.parent != place) continue;
        Element element(writer, "level");
        element.attribute("name", level.name);
        element.attribute("symbol", level.symbol);
        element.attribute("width", std::to_string(level.width));
        element.attribute("first", std::to_string(level.first));
        element.attribute("last", std::to_string(level.last));
        write_place(writer, source, at);
    }
}

}  // namespace

std::string to_string(const SourceType& type) {
    return type.platform ? to_string(*type.platform) : std::string(to_string(type.type));
}

Error source_error(std::string_view file_name, SourceLine line, std::string what,
                   std::string cure) {
    return Error(ErrorCode::invalid_input, std::string(file_name) + ":" +
                                               std::to_string(line.number) + ": " + std::move(what))
        .with_cure(std::move(cure));
}

std::string to_xml(const DefinitionSource& source) {
    XmlWriter writer;
    {
        Element cluster(writer, "cluster");
        cluster.attribute("xmlns", "urn:dim:cluster:1");
        cluster.attribute("name", to_string(source.name));
        cluster.optional("domain", source.domain);
        if (source.management) cluster.attribute("management", to_string(*source.management));
        if (source.services) {
            Element services(writer, "services");
            services.attribute("dhcp", to_string(source.services->dhcp));
            services.attribute("dns", to_string(source.services->dns));
            services.attribute("nfs", to_string(source.services->nfs));
        }
        for (const SourcePlatform& platform : source.platforms)
            write(writer, platform.row);
        for (const SourceNetwork& network : source.networks)
            write(writer, network);
        write_place(writer, source, std::nullopt);
        for (const SourceAbsent& absent : source.absents)
            Element(writer, "absent").attribute("for", absent.range);
        for (const SourceSet& set : source.sets) {
            Element element(writer, "set");
            element.attribute("for", set.range);
            write(writer, element, set.settings);
        }
        for (const SourceGroup& group : source.groups) {
            Element element(writer, "group");
            element.attribute("name", to_string(group.name));
            element.attribute("range", group.range);
        }
    }
    return writer.take();
}

}  // namespace dim::cluster
