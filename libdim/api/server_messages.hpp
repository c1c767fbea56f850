#pragma once

#include "libdim/api/json.hpp"
#include "libdim/api/problem.hpp"
#include "libdim/model/ipv4_endpoint.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What image servers, and administrators about them, say to each other (docs/api/openapi.json).
namespace dim::api {

/// POST /v1/server-tokens: invites an image server of the definition to join.
struct InviteServer {
    model::ComponentName server;

    bool operator==(const InviteServer&) const = default;
};

/// The answer: good for that server, once. Whoever has it can become that server.
struct ServerToken {
    model::ComponentName server;
    std::string token;
    model::Timestamp expires;

    bool operator==(const ServerToken&) const = default;
};

/// POST /v1/membership: the server that is asked joins the one that gave out TOKEN.
struct JoinCluster {
    std::string token;
    model::Ipv4Endpoint management;  ///< where that one listens for servers

    bool operator==(const JoinCluster&) const = default;
};

/// POST /v1/server-joins, between servers: the one that asks wants to be SERVER.
struct JoinRequest {
    model::ComponentName server;
    std::string secret;             ///< of the token
    std::string public_key;         ///< PEM
    model::Ipv4Endpoint listening;  ///< for other servers; address 0: where it asks from

    bool operator==(const JoinRequest&) const = default;
};

/// The answer.
struct JoinAnswer {
    std::string certificate;  ///< for the public key; PEM

    bool operator==(const JoinAnswer&) const = default;
};

/// An image server of the definition, as the one that is asked knows it.
struct ServerSummary {
    model::ComponentName name;
    std::string state;  ///< "here", "management", "member", "alone"
    std::optional<model::Ipv4Endpoint> endpoint;
    std::optional<model::Timestamp> joined;
    /// Of a member that has still to be brought the cluster definition in force here: why.
    std::optional<std::string> behind = {};

    bool operator==(const ServerSummary&) const = default;
};

/// GET /v1/servers: in the order of the definition.
struct ServerList {
    std::vector<ServerSummary> servers;

    bool operator==(const ServerList&) const = default;
};

/// The revision that is in force on a server.
struct RolloutBase {
    model::ComponentName server;
    std::uint32_t base;

    bool operator==(const RolloutBase&) const = default;
};

/// POST /v1/cluster-rollouts: either XML or REVISION, of the server that is asked and its members.
struct RolloutProposal {
    std::optional<std::string> xml = {};
    std::optional<std::string> file_name = {};   ///< of the XML, for messages
    std::optional<std::uint32_t> revision = {};  ///< to go back to
    std::optional<std::uint32_t> base = {};      ///< as of ClusterProposal
    std::vector<RolloutBase> bases = {};         ///< of members; one without is behind

    bool operator==(const RolloutProposal&) const = default;
};

/// GET /v1/servers/{name}/status, GET /v1/servers/{name}/blade-images: what a member says, or last
/// said to us.
struct MemberAnswer {
    model::ComponentName server;
    std::optional<std::string> answer = {};         ///< JSON, as it came; absent: never
    std::optional<std::uint32_t> age_seconds = {};  ///< of the answer, when it is no new one
    std::optional<Problem> problem = {};            ///< why it is not

    bool operator==(const MemberAnswer&) const = default;
};

}  // namespace dim::api
