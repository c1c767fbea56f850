#pragma once

#include "libdim/api/json.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/ipv6.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the administrator's programs and the daemon say to each other about names and cluster
/// definitions (docs/api/openapi.json).
namespace dim::api {

/// POST /v1/names: which components a range names (docs/cluster-xml.md).
struct NameQuery {
    std::string range;  ///< "s01c[1-4]b[01-14]", "b[1-28]", "image=sles10@s01", "all"
    /// What a place stands for: "blade" (the default), "server", "management-module", "other",
    /// "any".
    std::optional<std::string> role;

    bool operator==(const NameQuery&) const = default;
};

/// A host name with its addresses.
struct NamedAddress {
    std::string host;  ///< "s01c1b01", "s01c1b01-usr"
    model::ComponentName network;
    model::Ipv4Address address;
    std::optional<model::Ipv6Address> address6;

    bool operator==(const NamedAddress&) const = default;
};

struct NamedComponent {
    model::ComponentName name;                   ///< the coordinate name: "s01c2b14"
    model::ComponentName linear;                 ///< "b28"; NAME for a component without levels
    std::string role;                            ///< "blade", "server"…
    std::optional<model::ComponentName> server;  ///< of a blade: who serves it
    std::vector<NamedAddress> addresses;         ///< the first is that of its name

    bool operator==(const NamedComponent&) const = default;
};

struct NameList {
    std::vector<NamedComponent> names;  ///< each once, in the order of the cluster

    bool operator==(const NameList&) const = default;
};

/// GET /v1/cluster, GET /v1/cluster/revisions/{number}: a cluster definition that is or was in
/// force.
struct ClusterRevision {
    std::uint32_t number;  ///< from 1
    model::Timestamp time;
    std::string origin;  ///< "applied: /root/new.xml", "edited: FILE", "back to revision 3"
    std::string sha256;  ///< of the XML text
    std::uint32_t blades;
    bool is_in_force;
    bool was_in_force = true;  ///< at any time: a file's text that was replaced unread never was
    std::optional<std::string> xml = {};  ///< absent in lists, and of old revisions

    bool operator==(const ClusterRevision&) const = default;
};

/// GET /v1/cluster/revisions: the newest first, without their XML.
struct ClusterRevisionList {
    std::vector<ClusterRevision> revisions;

    bool operator==(const ClusterRevisionList&) const = default;
};

/// POST /v1/cluster/difference, PUT /v1/cluster: either XML or REVISION.
struct ClusterProposal {
    std::optional<std::string> xml = {};
    std::optional<std::string> file_name = {};   ///< of the XML, for messages
    std::optional<std::uint32_t> revision = {};  ///< to go back to
    /// The revision the proposal was made against; PUT needs it, and refuses one that is no longer
    /// in force.
    std::optional<std::uint32_t> base = {};

    bool operator==(const ClusterProposal&) const = default;
};

/// One change that is the same for all it is about.
struct ClusterChange {
    std::string kind;     ///< "added", "removed", "changed"
    std::string what;     ///< "s01c[1-4]b[01-14]", "network bootnet-s01", "the cluster"
    std::uint32_t count;  ///< of components; 0 for what is no component
    std::string text;     ///< "type js20 → js21"

    bool operator==(const ClusterChange&) const = default;
};

/// A service of this server that would be made to read its configuration again, start or end.
struct ServiceReload {
    std::string service;  ///< "dhcpd"
    std::string reason;   ///< "dhcpd.conf: 3 lines new, 1 gone"

    bool operator==(const ServiceReload&) const = default;
};

/// What a proposal would change.
struct ClusterDifference {
    std::uint32_t base;  ///< the revision in force
    std::vector<ClusterChange> changes;
    std::uint32_t blades;                       ///< added, removed or changed
    std::vector<model::ComponentName> servers;  ///< whose configuration changes
    std::vector<ServiceReload> reloads;         ///< of this server
    std::vector<std::string> warnings = {};     ///< what becomes of blades that are in use

    bool operator==(const ClusterDifference&) const = default;
};

}  // namespace dim::api
