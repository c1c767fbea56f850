#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/expansion/component_settings.hpp"
#include "libdim/cluster/xml/definition_source.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dim::cluster {

/// The place of LEVEL that POSITION is at, counted from 1; nothing when it is not in such a level.
std::optional<std::uint32_t> place_of(const Taxonomy& taxonomy, Position position,
                                      std::size_t level);

/// The networks of a source, each as often as its per= says.
class NetworkTable {
public:
    /// Errors: rules that are wrong, with the line; limit_exceeded.
    static Result<NetworkTable> create(const DefinitionSource& source, const Taxonomy& taxonomy,
                                       const ComponentSettings& settings,
                                       std::string_view file_name);

    const std::vector<Network>& networks() const { return networks_; }
    /// Of each network.
    const std::vector<long>& lines() const { return lines_; }

    /// The network an interface of COMPONENT names; SERVER: its image server, if it is a blade.
    /// Errors: not_found.
    Result<const Network*> find(const model::ComponentName& name, const Taxonomy& taxonomy,
                                Position component, std::optional<Position> server) const;

private:
    class Builder;
    struct Family {
        NetworkRole role;
        std::optional<std::size_t> level;                        ///< of per=
        std::unordered_map<std::uint32_t, std::size_t> members;  ///< by place; 0 without per=
    };
    std::vector<Network> networks_;
    std::vector<long> lines_;
    std::unordered_map<std::string, Family> families_;
};

}  // namespace dim::cluster
