#pragma once

#include "libdim/cluster/definition/device_name.hpp"
#include "libdim/cluster/names/taxonomy.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/ipv6.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/platform_row.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The cluster definition (docs/cluster-xml.md) as values.
namespace dim::cluster {

inline constexpr std::size_t kComponentsLimit = 20'000;

enum class NetworkRole {
    bootnet,     ///< isolated, between one image server and its blades
    usernet,     ///< everybody's; DIM never uses it
    management,  ///< of management modules and switches
};
std::string_view to_string(NetworkRole role);
Result<NetworkRole> parse_network_role(std::string_view text);

/// A DHCP option (RFC 2132) that everybody on a network is told.
struct DhcpOption {
    enum class Type { text, hex, address };
    std::uint8_t code;
    Type type;
    std::string value;  ///< text; an even number of hexadecimal digits; addresses with ','
    bool operator==(const DhcpOption&) const = default;
};

/// One network, or one of those that a <network per="server"> stands for.
struct Network {
    model::ComponentName name;  ///< "bootnet"; "bootnet-s01" for the one of server 1
    model::Ipv4Network network;
    NetworkRole role;
    std::optional<model::Ipv4Address> router;
    std::optional<model::Ipv6Network> network6{};
    std::vector<model::Ipv4Address> time_servers{};  ///< NTP
    std::vector<DhcpOption> options{};
    /// After the component's name, in the host name of an interface on this network that is not the
    /// component's first: "-usr".
    std::string suffix{};
    bool operator==(const Network&) const = default;
};

struct ServerInterface {
    model::ComponentName network;
    DeviceName device;
    model::Ipv4Address address;
    std::optional<model::Ipv6Address> address6{};
    bool operator==(const ServerInterface&) const = default;
};

/// What an administrator says of a component and DIM only repeats: rack=A3.
struct Property {
    std::string name;
    std::string value;
    bool operator==(const Property&) const = default;
};

struct Server {
    model::ComponentName name;
    std::vector<ServerInterface> interfaces;
    Position position{};
    std::vector<Property> properties{};  ///< sorted by name
    bool operator==(const Server&) const = default;
};

/// Of a blade or any other component that is no image server.
struct BladeInterface {
    model::ComponentName network;
    model::Ipv4Address address;
    std::optional<model::Ipv6Address> address6{};
    bool operator==(const BladeInterface&) const = default;
};

/// Keep-out rules, and where they are written.
struct KeepOutProperty {
    std::string rules;
    std::string place;  ///< the range of its <set>, or the kind of its <component>
    bool operator==(const KeepOutProperty&) const = default;
};

struct Blade {
    model::ComponentName name;
    model::BladeType type;
    std::optional<model::MacAddress> mac;  ///< of the port on the bootnet; absent: not known yet
    model::ComponentName server;
    std::vector<BladeInterface> interfaces;
    Position position{};
    std::vector<Property> properties{};                 ///< sorted by name
    std::optional<KeepOutProperty> keep_out{};          ///< the nearest: of a group, of a place…
    std::optional<KeepOutProperty> cluster_keep_out{};  ///< of <component> or <set for="all">
    /// The row of the definition that its type names, and that is like TYPE; absent: TYPE itself.
    std::optional<model::ComponentName> platform{};
    bool operator==(const Blade&) const = default;
};

/// A management module, a switch: something that has a name and addresses.
struct Component {
    model::ComponentName name;
    ComponentRole role;  ///< management_module or other
    std::vector<BladeInterface> interfaces;
    Position position{};
    std::vector<Property> properties{};  ///< sorted by name
    bool operator==(const Component&) const = default;
};

struct Group {
    model::ComponentName name;
    std::vector<Position> members;  ///< sorted
    bool operator==(const Group&) const = default;
};

enum class DhcpBackend { isc, kea };
std::string_view to_string(DhcpBackend backend);
Result<DhcpBackend> parse_dhcp_backend(std::string_view text);

enum class DnsBackend { none, bind };
std::string_view to_string(DnsBackend backend);
Result<DnsBackend> parse_dns_backend(std::string_view text);

enum class NfsBackend { ganesha, nfsd };
std::string_view to_string(NfsBackend backend);
Result<NfsBackend> parse_nfs_backend(std::string_view text);

/// Which daemons do the standard jobs.
struct Services {
    DhcpBackend dhcp = DhcpBackend::isc;
    DnsBackend dns = DnsBackend::none;
    NfsBackend nfs = NfsBackend::ganesha;
    bool operator==(const Services&) const = default;
};

/// All of it, expanded. What parse_cluster returns holds every rule of docs/cluster-xml.md: names,
/// MACs and addresses are unique, references lead somewhere, each server and each blade has exactly
/// one interface on a bootnet, a blade's on its server's. Servers, blades and components are sorted
/// by position, and their names are those of the taxonomy.
struct Definition {
    model::ComponentName name;
    std::vector<Network> networks;
    std::vector<Server> servers;
    std::vector<Blade> blades;
    std::string domain{};  ///< DNS domain, without a final '.'; "NAME.cluster" unless given
    /// The server that the others may join; absent: any.
    std::optional<model::ComponentName> management{};
    Services services{};
    Taxonomy taxonomy{};
    std::vector<Component> components{};
    std::vector<Group> groups{};
    std::vector<model::PlatformRow> platforms{};  ///< sorted by name
    bool operator==(const Definition&) const = default;
};

/// nullptr when there is none of that name.
const Network* find_network(const Definition& definition, const model::ComponentName& name);
const Server* find_server(const Definition& definition, const model::ComponentName& name);
const Blade* find_blade(const Definition& definition, const model::ComponentName& name);
const Blade* find_blade(const Definition& definition, const model::MacAddress& mac);
/// Of the row that BLADE is of; nullptr for one of a shipped type.
const model::PlatformRow* platform_of(const Definition& definition, const Blade& blade);

/// What ROW says, each with its attribute; what it leaves to its type is not among them.
struct PlatformValue {
    std::string_view attribute;
    std::string text;
};
std::vector<PlatformValue> platform_values(const model::PlatformRow& row);

/// What its type= says: "js21", or the name of a row.
std::string type_text(const Blade& blade);

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

/// Any component, by its position; one pointer is set, or none when it is absent.
struct ComponentReference {
    const Blade* blade = nullptr;
    const Server* server = nullptr;
    const Component* other = nullptr;
    explicit operator bool() const {
        return blade != nullptr || server != nullptr || other != nullptr;
    }
};
ComponentReference find_component(const Definition& definition, Position position);

/// A host name with its addresses: an interface of a component.
struct HostAddress {
    std::string host;  ///< "s01c1b01" for the first interface, "s01c1b01-usr" for another
    Position position;
    model::ComponentName network;
    model::Ipv4Address address;
    std::optional<model::Ipv6Address> address6;
    bool operator==(const HostAddress&) const = default;
};
/// Of every component, in the order of positions.
std::vector<HostAddress> host_addresses(const Definition& definition);

/// What a range's attribute match asks: "name", "kind", "role", "type", "server", "mac" and the
/// properties; nothing when the component has no such value.
std::optional<std::string> attribute_of(const Definition& definition, Position position,
                                        std::string_view attribute);

/// The blades SERVER serves, in the order of the definition.
std::vector<Blade> blades_of(const Definition& definition, const model::ComponentName& server);

}  // namespace dim::cluster
