#include "libdim/cluster/definition_check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace dim::cluster {

namespace {

/// Who has something, for the message about whoever wants it too.
struct Place {
    std::string who;
    long line;
};

std::string to_text(const Place& place) {
    return place.who + " (line " + std::to_string(place.line) + ")";
}

class Checker {
public:
    Checker(const Definition& definition, const DefinitionLines& lines, std::string_view file_name)
        : definition_(definition), lines_(lines), file_name_(file_name) {}

    Result<void> check() {
        DIM_CHECK(check_counts());
        DIM_CHECK(check_networks());
        for (std::size_t at = 0; at < definition_.servers.size(); ++at)
            DIM_CHECK(check_server(definition_.servers[at], lines_.servers[at]));
        for (std::size_t at = 0; at < definition_.blades.size(); ++at)
            DIM_CHECK(check_blade(definition_.blades[at], lines_.blades[at]));
        return {};
    }

private:
    std::unexpected<Error> refuse(long line, std::string text, std::string cure) const {
        return fail(
            Error(ErrorCode::invalid_input,
                  std::string(file_name_) + ":" + std::to_string(line) + ": " + std::move(text))
                .with_cure(std::move(cure)));
    }

    Result<void> check_counts() const {
        const std::size_t count =
            definition_.networks.size() + definition_.servers.size() + definition_.blades.size();
        if (count > kComponentsLimit) {
            return fail(Error(ErrorCode::limit_exceeded,
                              std::string(file_name_) + ": " + std::to_string(count) +
                                  " components, more than " + std::to_string(kComponentsLimit))
                            .with_cure("split the cluster into several definitions"));
        }
        if (definition_.networks.empty())
            return refuse(1, "no <network>", "define the bootnet: role=\"bootnet\"");
        if (definition_.servers.empty()) return refuse(1, "no <server>", "define the image server");
        return {};
    }

    /// Enters KEY in TAKEN; an error when somebody has it already.
    template <class Key>
    Result<void> claim(std::map<Key, Place>& taken, const Key& key, std::string_view what,
                       const Place& place) {
        const auto [entry, is_new] = taken.emplace(key, place);
        if (is_new) return {};
        return refuse(place.line,
                      place.who + ": " + std::string(what) + " " + to_string(key) +
                          " is already that of " + to_text(entry->second),
                      "give each its own; no two may share one");
    }

    Result<void> check_networks() {
        std::vector<std::pair<const Network*, Place>> sorted;
        for (std::size_t at = 0; at < definition_.networks.size(); ++at) {
            const Network& network = definition_.networks[at];
            const Place place{"network " + to_string(network.name), lines_.networks[at]};
            networks_.emplace(network.name, &network);
            DIM_CHECK(claim(network_names_, network.name, "the name", place));
            if (network.router)
                DIM_CHECK(check_address(network, *network.router,
                                        {"the router of " + place.who, place.line}));
            sorted.emplace_back(&network, place);
        }
        // Networks are nested or apart; when two overlap, two neighbours in this order do.
        std::ranges::sort(sorted, {}, [](const auto& entry) { return entry.first->network; });
        for (std::size_t at = 1; at < sorted.size(); ++at) {
            const auto& [outer, outer_place] = sorted[at - 1];
            const auto& [inner, inner_place] = sorted[at];
            if (!outer->network.contains(inner->network.address())) continue;
            const auto& [first, second] =
                std::minmax(outer_place, inner_place, [](const Place& left, const Place& right) {
                    return left.line < right.line;
                });
            return refuse(second.line,
                          second.who + ": its addresses overlap those of " + to_text(first),
                          "choose networks without a common address");
        }
        return {};
    }

    Result<void> check_address(const Network& network, model::Ipv4Address address,
                               const Place& place) {
        if (!network.network.contains_host(address)) {
            return refuse(place.line,
                          place.who + ": " + to_string(address) +
                              " is not the address of a host in network " +
                              to_string(network.name) + ", " + to_string(network.network),
                          "choose an address inside it, neither its first nor its last");
        }
        return claim(addresses_, address, "the address", place);
    }

    /// The network an interface names, checked with the interface's address.
    Result<const Network*> check_interface(const model::ComponentName& network_name,
                                           model::Ipv4Address address, const Place& place) {
        const auto network = networks_.find(network_name);
        if (network == networks_.end()) {
            return refuse(place.line,
                          place.who + ": there is no network '" + to_string(network_name) + "'",
                          "name one of the <network> elements, or add it");
        }
        DIM_CHECK(check_address(*network->second, address, place));
        return network->second;
    }

    /// The one bootnet among the networks a component is on, each of which it may be on only once.
    Result<const Network*> only_bootnet(const std::vector<const Network*>& networks,
                                        const Place& place) const {
        const Network* bootnet = nullptr;
        std::set<const Network*> seen;
        for (const Network* network : networks) {
            if (!seen.insert(network).second) {
                return refuse(place.line,
                              place.who + ": two interfaces on network " + to_string(network->name),
                              "remove one");
            }
            if (network->role != NetworkRole::bootnet) continue;
            if (bootnet != nullptr) {
                return refuse(place.line,
                              place.who + ": interfaces on two bootnets, " +
                                  to_string(bootnet->name) + " and " + to_string(network->name),
                              "leave the one it boots over");
            }
            bootnet = network;
        }
        if (bootnet != nullptr) return bootnet;
        return refuse(place.line, place.who + ": no interface on a bootnet",
                      "add an <interface> on a network with role=\"bootnet\"");
    }

    Result<void> check_server(const Server& server, const DefinitionLines::Component& lines) {
        const Place place{"server " + to_string(server.name), lines.line};
        DIM_CHECK(claim(names_, server.name, "the name", place));
        std::vector<const Network*> networks;
        std::map<DeviceName, Place> devices;
        for (std::size_t at = 0; at < server.interfaces.size(); ++at) {
            const ServerInterface& interface = server.interfaces[at];
            const Place interface_place{place.who, lines.interfaces[at]};
            DIM_TRY(const Network* network,
                    check_interface(interface.network, interface.address, interface_place));
            DIM_CHECK(claim(devices, interface.device, "the device", interface_place));
            networks.push_back(network);
        }
        DIM_TRY(const Network* bootnet, only_bootnet(networks, place));
        const auto [entry, is_new] = bootnet_servers_.emplace(bootnet, place);
        if (!is_new) {
            return refuse(place.line,
                          place.who + ": bootnet " + to_string(bootnet->name) +
                              " is already that of " + to_text(entry->second),
                          "give each server a bootnet of its own: two DHCP servers on one would "
                          "take each other's blades");
        }
        server_bootnets_.emplace(server.name, bootnet);
        return {};
    }

    Result<void> check_blade(const Blade& blade, const DefinitionLines::Component& lines) {
        const Place place{"blade " + to_string(blade.name), lines.line};
        DIM_CHECK(claim(names_, blade.name, "the name", place));
        if (blade.mac) DIM_CHECK(claim(macs_, *blade.mac, "MAC", place));
        const auto server = server_bootnets_.find(blade.server);
        if (server == server_bootnets_.end()) {
            return refuse(place.line,
                          place.who + ": there is no server '" + to_string(blade.server) + "'",
                          "name one of the <server> elements, or add it");
        }
        std::vector<const Network*> networks;
        for (std::size_t at = 0; at < blade.interfaces.size(); ++at) {
            const BladeInterface& interface = blade.interfaces[at];
            DIM_TRY(const Network* network, check_interface(interface.network, interface.address,
                                                            {place.who, lines.interfaces[at]}));
            networks.push_back(network);
        }
        DIM_TRY(const Network* bootnet, only_bootnet(networks, place));
        if (bootnet == server->second) return {};
        return refuse(place.line,
                      place.who + ": its bootnet is " + to_string(bootnet->name) +
                          ", but that of its server " + to_string(blade.server) + " is " +
                          to_string(server->second->name),
                      "put both on the same one");
    }

    const Definition& definition_;
    const DefinitionLines& lines_;
    std::string_view file_name_;
    std::map<model::ComponentName, const Network*> networks_;
    std::map<model::ComponentName, Place> network_names_;
    std::map<model::ComponentName, Place> names_;
    std::map<model::MacAddress, Place> macs_;
    std::map<model::Ipv4Address, Place> addresses_;
    std::map<const Network*, Place> bootnet_servers_;
    std::map<model::ComponentName, const Network*> server_bootnets_;
};

}  // namespace

Result<void> check_definition(const Definition& definition, const DefinitionLines& lines,
                              std::string_view file_name) {
    return Checker(definition, lines, file_name).check();
}

}  // namespace dim::cluster
