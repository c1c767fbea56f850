#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// cluster.xml as it is written: elements with their lines, rules and ranges still as texts.
namespace dim::cluster {

/// Where something stands in the file. Never makes two things different.
struct SourceLine {
    long number = 0;
    bool operator==(const SourceLine&) const { return true; }
};

struct SourceInterface {
    SourceLine line;
    model::ComponentName network;
    std::optional<DeviceName> device{};
    std::optional<std::string> address{};   ///< Ipv4Rule
    std::optional<std::string> address6{};  ///< Ipv6Rule
    bool operator==(const SourceInterface&) const = default;
};

/// What type= names: a type that is shipped, or a <platform> that is like it.
struct SourceType {
    model::BladeType type;
    std::optional<model::ComponentName> platform{};
    bool operator==(const SourceType&) const = default;
};
std::string to_string(const SourceType& type);

/// What a <component> or a <set> says of components; each network and property at most once.
struct SourceSettings {
    std::optional<SourceType> type{};
    std::optional<std::string> mac{};     ///< MacRule
    std::optional<std::string> server{};  ///< NameRule
    std::vector<SourceInterface> interfaces{};
    std::vector<Property> properties{};
    bool operator==(const SourceSettings&) const = default;
};

struct SourceAddress {
    SourceLine line;
    std::string address;  ///< Ipv4Rule
    bool operator==(const SourceAddress&) const = default;
};

struct SourceOption {
    SourceLine line;
    DhcpOption option;
    bool operator==(const SourceOption&) const = default;
};

struct SourceNetwork {
    SourceLine line;
    model::ComponentName name;
    NetworkRole role;
    std::string address;                    ///< Ipv4NetworkRule
    std::optional<std::string> address6{};  ///< Ipv6NetworkRule
    std::optional<std::string> per{};       ///< name of a level
    std::optional<std::string> suffix{};
    std::optional<SourceAddress> router{};
    std::vector<SourceAddress> time_servers{};
    std::vector<SourceOption> options{};
    bool operator==(const SourceNetwork&) const = default;
};

struct SourcePlatform {
    SourceLine line;
    model::PlatformRow row;
    bool operator==(const SourcePlatform&) const = default;
};

struct SourceLevel {
    SourceLine line;
    Level level;
    bool operator==(const SourceLevel&) const = default;
};

struct SourceComponent {
    SourceLine line;
    ComponentKind kind;
    SourceSettings settings;
    bool operator==(const SourceComponent&) const = default;
};

struct SourceAbsent {
    SourceLine line;
    std::string range;
    bool operator==(const SourceAbsent&) const = default;
};

struct SourceSet {
    SourceLine line;
    std::string range;
    SourceSettings settings;
    bool operator==(const SourceSet&) const = default;
};

struct SourceGroup {
    SourceLine line;
    model::ComponentName name;
    std::string range;
    bool operator==(const SourceGroup&) const = default;
};

/// Levels and components are in the order of the hierarchy: at each place first its components,
/// then the levels below with all that is in them.
struct DefinitionSource {
    static constexpr std::size_t kInterfacesLimit = 16;   ///< of one element or component
    static constexpr std::size_t kPropertiesLimit = 64;   ///< of one element or component
    static constexpr std::size_t kTextLimit = 255;        ///< bytes of a value that is no range
    static constexpr std::size_t kOptionsLimit = 64;      ///< of one network
    static constexpr std::size_t kTimeServersLimit = 16;  ///< of one network
    static constexpr std::size_t kGroupsLimit = 1000;
    static constexpr std::size_t kPlatformsLimit = 32;

    SourceLine line;
    model::ComponentName name;
    std::optional<std::string> domain{};
    std::optional<model::ComponentName> management{};
    std::optional<Services> services{};
    std::vector<SourcePlatform> platforms{};
    std::vector<SourceNetwork> networks{};
    std::vector<SourceLevel> levels{};
    std::vector<SourceComponent> components{};
    std::vector<SourceAbsent> absents{};
    std::vector<SourceSet> sets{};
    std::vector<SourceGroup> groups{};
    bool operator==(const DefinitionSource&) const = default;
};

/// "cluster.xml:12: what", as an error with a cure.
Error source_error(std::string_view file_name, SourceLine line, std::string what, std::string cure);

/// A text that is read as an equal source.
std::string to_xml(const DefinitionSource& source);

}  // namespace dim::cluster
