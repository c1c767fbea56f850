#include "libdim/api/server_messages.hpp"

#include "libdim/api/codec.hpp"
#include "libdim/api/problem_codec.hpp"
#include "libdim/api/server_port.hpp"

namespace dim::api {

namespace {

constexpr std::size_t kTokenBytes = 4096;
constexpr std::size_t kPemBytes = 4096;

Result<model::Ipv4Endpoint> parse_server_endpoint(std::string_view text) {
    return model::Ipv4Endpoint::parse(text, kServerPort);
}

}  // namespace

template <>
struct Codec<model::Ipv4Endpoint> : TextCodec<model::Ipv4Endpoint, &parse_server_endpoint> {};

template <>
struct Members<InviteServer> {
    static constexpr auto kAll = std::tuple{member("server", &InviteServer::server)};
};
template <>
struct Members<ServerToken> {
    static constexpr auto kAll = std::tuple{
        member("server", &ServerToken::server),
        member("token", &ServerToken::token, kTokenBytes),
        member("expires", &ServerToken::expires),
    };
};
template <>
struct Members<JoinCluster> {
    static constexpr auto kAll = std::tuple{
        member("token", &JoinCluster::token, kTokenBytes),
        member("management", &JoinCluster::management),
    };
};
template <>
struct Members<JoinRequest> {
    static constexpr auto kAll = std::tuple{
        member("server", &JoinRequest::server),
        member("secret", &JoinRequest::secret),
        member("public_key", &JoinRequest::public_key, kPemBytes),
        member("listening", &JoinRequest::listening),
    };
};
template <>
struct Members<JoinAnswer> {
    static constexpr auto kAll =
        std::tuple{member("certificate", &JoinAnswer::certificate, kPemBytes)};
};
template <>
struct Members<ServerSummary> {
    static constexpr auto kAll = std::tuple{
        member("name", &ServerSummary::name),
        member("state", &ServerSummary::state),
        member("endpoint", &ServerSummary::endpoint),
        member("joined", &ServerSummary::joined),
        member("behind", &ServerSummary::behind, limits::kMessageBytes),
    };
};
template <>
struct Members<ServerList> {
    static constexpr auto kAll =
        std::tuple{member("servers", &ServerList::servers, limits::kComponents)};
};
template <>
struct Members<RolloutBase> {
    static constexpr auto kAll = std::tuple{
        member("server", &RolloutBase::server),
        member("base", &RolloutBase::base),
    };
};
template <>
struct Members<RolloutProposal> {
    static constexpr auto kAll = std::tuple{
        member("xml", &RolloutProposal::xml, limits::kClusterXmlBytes),
        member("file_name", &RolloutProposal::file_name, limits::kMessageBytes),
        member("revision", &RolloutProposal::revision),
        member("base", &RolloutProposal::base),
        member("bases", &RolloutProposal::bases, limits::kComponents),
    };
};
template <>
struct Members<MemberAnswer> {
    static constexpr auto kAll = std::tuple{
        member("server", &MemberAnswer::server),
        member("answer", &MemberAnswer::answer, limits::kReplyBytes),
        member("age_seconds", &MemberAnswer::age_seconds),
        member("problem", &MemberAnswer::problem),
    };
};

DIM_API_MESSAGE(InviteServer, limits::kMessageBytes)
DIM_API_MESSAGE(ServerToken, limits::kMessageBytes)
DIM_API_MESSAGE(JoinCluster, limits::kMessageBytes)
DIM_API_MESSAGE(JoinRequest, limits::kMessageBytes)
DIM_API_MESSAGE(JoinAnswer, limits::kMessageBytes)
DIM_API_MESSAGE(ServerSummary, limits::kMessageBytes)
DIM_API_MESSAGE(ServerList, limits::kReplyBytes)
DIM_API_MESSAGE(RolloutBase, limits::kMessageBytes)
DIM_API_MESSAGE(RolloutProposal, limits::kClusterMessageBytes)
DIM_API_MESSAGE(MemberAnswer, limits::kClusterMessageBytes)

}  // namespace dim::api
