#include "libdim/cluster/definition/difference.hpp"

#include "libdim/cluster/names/fold_names.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace dim::cluster {

namespace {

using Kind = DefinitionChange::Kind;

/// Who is told of a value.
struct Audience {
    bool is_server = true;  ///< the component's own image server, or those on a network
    bool is_dns = false;    ///< the name service, where there is one
};
constexpr Audience kNobody{.is_server = false, .is_dns = false};
constexpr Audience kNameService{.is_server = false, .is_dns = true};
constexpr Audience kEverybody{.is_server = true, .is_dns = true};

/// An attribute as a text that people compare. Each stands in a line of its own for each value, but
/// those that differ from component to component, such as addresses, in one.
struct AttributeValue {
    std::string attribute;
    std::string value;
    bool is_individual;
    Audience audience{};
};
using AttributeValues = std::vector<AttributeValue>;

/// A component of any role, and how it looks.
struct Description {
    Position position;
    ComponentRole role;
    model::ComponentName server;  ///< its own name, for a server and for others than blades
    AttributeValues values;
    std::optional<model::ComponentName> platform{};  ///< the row that a blade is of
};

std::string joined(const auto& values) {
    std::string text;
    for (const auto& value : values)
        text += (text.empty() ? "" : ", ") + to_string(value);
    return text.empty() ? "none" : text;
}

std::string to_string(const DhcpOption& option) {
    return std::to_string(option.code) + "=" + option.value;
}

template <class Value>
std::string text_of(const std::optional<Value>& value) {
    return value ? to_string(*value) : "none";
}

/// One of the two definitions, prepared for comparing.
class Side {
public:
    explicit Side(const Definition& definition) : definition_(definition) {
        for (const Network& network : definition.networks)
            networks_.emplace(to_string(network.name), &network);
    }

    const Definition& definition() const { return definition_; }

    Description describe(const Server& server) const {
        Description made{server.position, ComponentRole::server, server.name, {}};
        add_common(made, server.interfaces, server.properties);
        for (const ServerInterface& interface : server.interfaces)
            made.values.push_back({"device on " + to_string(interface.network),
                                   to_string(interface.device), false,
                                   is_bootnet(interface.network) ? Audience{} : kNobody});
        return made;
    }
    Description describe(const Blade& blade) const {
        Description made{blade.position, ComponentRole::blade, blade.server, {}};
        made.values.push_back({"type", type_text(blade), false});
        made.platform = blade.platform;
        made.values.push_back({"mac", text_of(blade.mac), true});
        made.values.push_back({"server", to_string(blade.server), false});
        add_common(made, blade.interfaces, blade.properties);
        // What is nearer hides it there.
        if (blade.keep_out && blade.cluster_keep_out)
            made.values.push_back(
                {"keep-out of the cluster", blade.cluster_keep_out->rules, false, kNobody});
        return made;
    }
    Description describe(const Component& component) const {
        Description made{component.position, component.role, component.name, {}};
        add_common(made, component.interfaces, component.properties);
        return made;
    }

private:
    const Network* network(const model::ComponentName& name) const {
        const auto found = networks_.find(to_string(name));
        return found == networks_.end() ? nullptr : found->second;
    }
    bool is_bootnet(const model::ComponentName& name) const {
        const Network* found = network(name);
        return found != nullptr && found->role == NetworkRole::bootnet;
    }

    void add_common(Description& made, const auto& interfaces,
                    const std::vector<Property>& properties) const {
        made.values.push_back(
            {"linear name", definition_.taxonomy.linear_name(made.position), true, kNameService});
        std::size_t index = 0;
        for (const auto& interface : interfaces) {
            const Network* found = network(interface.network);
            const bool is_boot = is_bootnet(interface.network);
            const std::string on =
                is_boot ? "on the bootnet" : "on " + to_string(interface.network);
            // The host name of the first has no suffix.
            const std::string suffix = index++ == 0 || found == nullptr ? "" : found->suffix;
            made.values.push_back({"address " + on, to_string(interface.address), true,
                                   is_boot ? kEverybody : kNameService});
            if (interface.address6)
                made.values.push_back(
                    {"IPv6 address " + on, to_string(*interface.address6), true, kNameService});
            if (!suffix.empty())
                made.values.push_back({"suffix " + on, suffix, false, kNameService});
        }
        for (const Property& property : properties)
            made.values.push_back({property.name, property.value, false, kNobody});
    }

    const Definition& definition_;
    std::unordered_map<std::string_view, const Network*> networks_;
};

AttributeValues values_of(const model::PlatformRow& row) {
    AttributeValues values;
    for (PlatformValue& value : platform_values(row))
        values.push_back({std::string(value.attribute), std::move(value.text), false});
    return values;
}

/// Reverse zones are cut by the networks' prefixes; DHCP is of bootnets only.
AttributeValues values_of(const Network& network) {
    const bool is_boot = network.role == NetworkRole::bootnet;
    const Audience dhcp = is_boot ? Audience{} : kNobody;
    AttributeValues values{
        {"role", std::string(to_string(network.role)), false},
        {"address", to_string(network.network), true, is_boot ? kEverybody : kNameService},
        {"IPv6 address", text_of(network.network6), true, kNameService},
        {"router", text_of(network.router), true, dhcp},
        {"time servers", joined(network.time_servers), true, dhcp},
        {"suffix", network.suffix, false, kNameService},
    };
    std::string options;
    for (const DhcpOption& option : network.options)
        options += (options.empty() ? "" : ", ") + to_string(option);
    values.push_back({"options", options.empty() ? "none" : options, false, dhcp});
    return values;
}

class Comparison {
public:
    Comparison(const Definition& before, const Definition& after)
        : before_(before), after_(after) {}

    DefinitionDifference compare() {
        compare_cluster();
        compare_platforms();
        compare_networks();
        compare_components(before_.definition().servers, after_.definition().servers);
        compare_components(before_.definition().blades, after_.definition().blades);
        compare_components(before_.definition().components, after_.definition().components);
        write_changes();
        compare_groups();
        write_servers();
        return std::move(made_);
    }

private:
    struct Bucket {
        Kind kind;
        std::string text;  ///< for added and removed
        std::string attribute;
        std::string from, to;
        bool is_varied = false;
        std::vector<Position> positions{};    ///< of components, or
        std::vector<std::string> networks{};  ///< names of networks
    };
    using Buckets = std::vector<Bucket>;

    static std::string key_of(Kind kind, const std::string& attribute, const std::string& values) {
        return std::to_string(static_cast<int>(kind)) + '\n' + attribute + '\n' + values;
    }

    Bucket& bucket(Kind kind, const std::string& attribute, const std::string& from,
                   const std::string& to, bool is_individual) {
        const auto [entry, is_new] = bucket_of_.emplace(
            key_of(kind, attribute, is_individual ? "" : from + '\n' + to), buckets_.size());
        if (is_new) buckets_.push_back({kind, attribute, attribute, from, to});
        Bucket& found = buckets_[entry->second];
        if (found.from != from || found.to != to) found.is_varied = true;
        return found;
    }

    void compare_cluster() {
        const Definition& before = before_.definition();
        const Definition& after = after_.definition();
        const auto compare_one = [&](const char* what, std::string_view from, std::string_view to) {
            if (from == to) return;
            made_.changes.push_back(
                {Kind::changed, "the cluster", 0,
                 std::string(what) + " " + std::string(from) + " → " + std::string(to)});
            is_everybody_concerned_ = true;
        };
        compare_one("name", to_string(before.name), to_string(after.name));
        compare_one("domain", before.domain, after.domain);
        const auto management_of = [](const Definition& definition) {
            return definition.management ? to_string(*definition.management) : "none";
        };
        compare_one("management", management_of(before), management_of(after));
        compare_one("dhcp", to_string(before.services.dhcp), to_string(after.services.dhcp));
        compare_one("dns", to_string(before.services.dns), to_string(after.services.dns));
        compare_one("nfs", to_string(before.services.nfs), to_string(after.services.nfs));
    }

    /// CHANGED: called with each attribute that differs, "none" where it is missing.
    template <class Changed>
    static void compare_values(const AttributeValues& before, const AttributeValues& after,
                               Changed changed) {
        for (const AttributeValue& value : before) {
            const auto other =
                std::ranges::find(after, value.attribute, &AttributeValue::attribute);
            if (other == after.end())
                changed(value, value.value, "none");
            else if (other->value != value.value)
                changed(value, value.value, other->value);
        }
        for (const AttributeValue& value : after)
            if (std::ranges::find(before, value.attribute, &AttributeValue::attribute) ==
                before.end())
                changed(value, "none", value.value);
    }

    /// Its blades are changed with a row.
    void compare_platforms() {
        const auto& before = before_.definition().platforms;
        const auto& after = after_.definition().platforms;
        const auto in = [](const auto& rows, const model::ComponentName& name) {
            return std::ranges::find(rows, name, &model::PlatformRow::name);
        };
        const auto note = [&](Kind kind, const model::PlatformRow& row, std::string text) {
            made_.changes.push_back({kind, "platform " + to_string(row.name), 0, std::move(text)});
        };
        for (const model::PlatformRow& row : after) {
            const auto old = in(before, row.name);
            if (old == before.end()) {
                note(Kind::added, row, "like " + std::string(to_string(row.like)));
                continue;
            }
            compare_values(
                values_of(*old), values_of(row),
                [&](const AttributeValue& value, const std::string& from, const std::string& to) {
                    note(Kind::changed, row, value.attribute + " " + from + " → " + to);
                    changed_platforms_.insert(row.name);
                });
        }
        for (const model::PlatformRow& row : before)
            if (in(after, row.name) == after.end())
                note(Kind::removed, row, "like " + std::string(to_string(row.like)));
    }

    void compare_networks() {
        std::unordered_map<std::string_view, const Network*> old;
        for (const Network& network : before_.definition().networks)
            old.emplace(to_string(network.name), &network);
        for (const Network& network : after_.definition().networks) {
            const auto found = old.find(to_string(network.name));
            if (found == old.end()) {
                note_network(Kind::added, network);
                continue;
            }
            const Network& previous = *found->second;
            old.erase(found);
            if (previous == network) continue;
            compare_values(
                values_of(previous), values_of(network),
                [&](const AttributeValue& value, const std::string& from, const std::string& to) {
                    bucket(Kind::changed, value.attribute, from, to, value.is_individual)
                        .networks.push_back(to_string(network.name));
                    if (value.audience.is_server) changed_networks_.insert(to_string(network.name));
                    if (value.audience.is_dns && has_dns()) is_everybody_concerned_ = true;
                });
        }
        for (const Network& network : before_.definition().networks)
            if (old.contains(to_string(network.name))) note_network(Kind::removed, network);
        write_changes();
    }

    void note_network(Kind kind, const Network& network) {
        bucket(kind, std::string(to_string(network.role)), to_string(network.network), "", true)
            .networks.push_back(to_string(network.name));
        if (network.role == NetworkRole::bootnet) changed_networks_.insert(to_string(network.name));
    }

    template <class Components>
    void compare_components(const Components& before, const Components& after) {
        std::unordered_map<std::string_view, std::size_t> old;
        for (std::size_t at = 0; at < before.size(); ++at)
            old.emplace(to_string(before[at].name), at);
        for (const auto& component : after) {
            const auto found = old.find(to_string(component.name));
            if (found == old.end()) {
                note_component(Kind::added, after_, component);
                continue;
            }
            compare_component(before_.describe(before[found->second]), after_.describe(component));
            old.erase(found);
        }
        for (const auto& component : before)
            if (old.contains(to_string(component.name)))
                note_component(Kind::removed, before_, component);
    }

    void note_component(Kind kind, const Side& side, const auto& component) {
        const Description description = side.describe(component);
        const ComponentKind& of = side.definition().taxonomy.kinds()[description.position.kind];
        bucket(kind, to_string(of.name), "", "", false).positions.push_back(description.position);
        if (description.role == ComponentRole::blade) ++made_.blades;
        concern(description, kEverybody);
    }

    void compare_component(const Description& before, const Description& after) {
        bool is_changed = after.platform && changed_platforms_.contains(*after.platform);
        Audience audience{.is_server = is_changed};
        compare_values(
            before.values, after.values,
            [&](const AttributeValue& value, const std::string& from, const std::string& to) {
                bucket(Kind::changed, value.attribute, from, to, value.is_individual)
                    .positions.push_back(after.position);
                is_changed = true;
                audience.is_server |= value.audience.is_server;
                audience.is_dns |= value.audience.is_dns;
            });
        if (!is_changed) return;
        if (after.role == ComponentRole::blade) ++made_.blades;
        concern(before, audience);
        concern(after, audience);
    }

    /// Notes whose configuration changes with a component.
    void concern(const Description& component, Audience audience) {
        if (audience.is_dns && has_dns()) is_everybody_concerned_ = true;
        if (audience.is_server &&
            (component.role == ComponentRole::blade || component.role == ComponentRole::server))
            servers_.insert(component.server);
    }

    bool has_dns() const {
        return before_.definition().services.dns != DnsBackend::none ||
               after_.definition().services.dns != DnsBackend::none;
    }

    void compare_groups() {
        const auto& before = before_.definition().groups;
        const auto& after = after_.definition().groups;
        const auto note = [&](Kind kind, const Group& group, std::string text) {
            made_.changes.push_back({kind, "group " + to_string(group.name), 0, std::move(text)});
        };
        const auto count = [](const Group& group) {
            return std::to_string(group.members.size()) + " members";
        };
        std::map<model::ComponentName, const Group*> old;
        for (const Group& group : before)
            old.emplace(group.name, &group);
        for (const Group& group : after) {
            const auto found = old.find(group.name);
            if (found == old.end()) {
                note(Kind::added, group, count(group));
                continue;
            }
            const auto names = [](const Side& side, const Group& of) {
                return fold_names(side.definition().taxonomy, of.members);
            };
            const std::string from = names(before_, *found->second);
            const std::string to = names(after_, group);
            if (from != to) note(Kind::changed, group, from + " → " + to);
            old.erase(found);
        }
        for (const auto& [name, group] : old)
            note(Kind::removed, *group, count(*group));
    }

    std::string what_of(const Bucket& found) const {
        if (found.networks.empty()) {
            const Side& side = found.kind == Kind::removed ? before_ : after_;
            return fold_names(side.definition().taxonomy, found.positions);
        }
        std::string what = "network " + found.networks.front();
        if (found.networks.size() > 1)
            what += " and " + std::to_string(found.networks.size() - 1) + " more";
        return what;
    }

    void write_changes() {
        for (Bucket& found : buckets_) {
            std::string text = found.text;
            if (found.kind == Kind::changed)
                text = found.attribute + " " + found.from + " → " + found.to +
                       (found.is_varied ? ", …" : "");
            std::string what = what_of(found);
            made_.changes.push_back({found.kind, std::move(what),
                                     static_cast<std::uint32_t>(found.positions.size()),
                                     std::move(text)});
        }
        buckets_.clear();
        bucket_of_.clear();
    }

    void write_servers() {
        for (const Side* side : {&before_, &after_}) {
            for (const Server& server : side->definition().servers) {
                const bool is_on_changed =
                    std::ranges::any_of(server.interfaces, [&](const ServerInterface& interface) {
                        return changed_networks_.contains(to_string(interface.network));
                    });
                if (is_on_changed || is_everybody_concerned_) servers_.insert(server.name);
            }
        }
        made_.servers.assign(servers_.begin(), servers_.end());
    }

    Side before_;
    Side after_;
    DefinitionDifference made_;
    Buckets buckets_;
    std::unordered_map<std::string, std::size_t> bucket_of_;
    std::set<std::string> changed_networks_;
    std::set<model::ComponentName> changed_platforms_;
    std::set<model::ComponentName> servers_;
    bool is_everybody_concerned_ = false;
};

}  // namespace

DefinitionDifference difference(const Definition& before, const Definition& after) {
    return Comparison(before, after).compare();
}

}  // namespace dim::cluster
