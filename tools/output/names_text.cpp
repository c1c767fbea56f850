#include "tools/output/names_text.hpp"

#include "tools/output/table.hpp"

namespace dim::tool {

namespace {

const std::string& name_of(const api::NamedComponent& component, NameStyle style) {
    return to_string(style == NameStyle::linear ? component.linear : component.name);
}

}  // namespace

std::string names_text(const api::NameList& list, NameStyle style) {
    std::string text;
    for (const api::NamedComponent& component : list.names)
        text += name_of(component, style) + '\n';
    return text;
}

std::string addresses_text(const api::NameList& list, NameStyle style) {
    Table table({"NAME", "HOST", "NETWORK", "ADDRESS", "IPV6 ADDRESS"});
    for (const api::NamedComponent& component : list.names) {
        const std::string& name = name_of(component, style);
        if (component.addresses.empty()) table.add_row({name, "", "", "", ""});
        for (const api::NamedAddress& address : component.addresses) {
            table.add_row({name, address.host, to_string(address.network),
                           to_string(address.address),
                           address.address6 ? to_string(*address.address6) : ""});
        }
    }
    return table.text();
}

}  // namespace dim::tool
