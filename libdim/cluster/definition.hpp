#pragma once

#include "libdim/cluster/device_name.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/names.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// The cluster definition (docs/cluster-xml.md) as values.
namespace dim::cluster {

inline constexpr std::size_t kComponentsLimit = 20'000;

enum class NetworkRole {
    bootnet,  ///< isolated, between one image server and its blades
    usernet,  ///< everybody's; DIM never uses it
};
std::string_view to_string(NetworkRole role);
Result<NetworkRole> parse_network_role(std::string_view text);

struct Network {
    model::ComponentName name;
    model::Ipv4Network network;
    NetworkRole role;
    std::optional<model::Ipv4Address> router;
    bool operator==(const Network&) const = default;
};

struct ServerInterface {
    model::ComponentName network;
    DeviceName device;
    model::Ipv4Address address;
    bool operator==(const ServerInterface&) const = default;
};

struct Server {
    model::ComponentName name;
    std::vector<ServerInterface> interfaces;
    bool operator==(const Server&) const = default;
};

struct BladeInterface {
    model::ComponentName network;
    model::Ipv4Address address;
    bool operator==(const BladeInterface&) const = default;
};

struct Blade {
    model::ComponentName name;
    model::BladeType type;
    model::MacAddress mac;  ///< of the port on the bootnet
    model::ComponentName server;
    std::vector<BladeInterface> interfaces;
    bool operator==(const Blade&) const = default;
};

/// All of it. What parse_cluster returns holds every rule of docs/cluster-xml.md: names, MACs and
/// addresses are unique, references lead somewhere, each server and each blade has exactly one
/// interface on a bootnet, a blade's on its server's.
struct Definition {
    model::ComponentName name;
    std::vector<Network> networks;
    std::vector<Server> servers;
    std::vector<Blade> blades;
    bool operator==(const Definition&) const = default;
};

/// nullptr when there is none of that name.
const Network* find_network(const Definition& definition, const model::ComponentName& name);
const Server* find_server(const Definition& definition, const model::ComponentName& name);
const Blade* find_blade(const Definition& definition, const model::ComponentName& name);
const Blade* find_blade(const Definition& definition, const model::MacAddress& mac);

/// Where a server meets its blades.
struct ServerBootnet {
    Network network;
    DeviceName device;
    model::Ipv4Address address;
    bool operator==(const ServerBootnet&) const = default;
};
/// Errors: not_found for an unknown server or one without an interface on a bootnet.
Result<ServerBootnet> bootnet_of(const Definition& definition, const model::ComponentName& server);

/// A blade's address on the bootnet. Errors: not_found for a blade without one.
Result<model::Ipv4Address> bootnet_address(const Definition& definition, const Blade& blade);

/// The blades SERVER serves, in the order of the definition.
std::vector<Blade> blades_of(const Definition& definition, const model::ComponentName& server);

}  // namespace dim::cluster
