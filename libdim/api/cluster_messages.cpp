#include "libdim/api/cluster_messages.hpp"

#include "libdim/api/codec.hpp"

namespace dim::api {

template <>
struct Members<NameQuery> {
    static constexpr auto kAll = std::tuple{
        member("range", &NameQuery::range, limits::kRangeBytes),
        member("role", &NameQuery::role),
    };
};

template <>
struct Members<NamedAddress> {
    static constexpr auto kAll = std::tuple{
        member("host", &NamedAddress::host),
        member("network", &NamedAddress::network),
        member("address", &NamedAddress::address),
        member("address6", &NamedAddress::address6),
    };
};

template <>
struct Members<NamedComponent> {
    static constexpr auto kAll = std::tuple{
        member("name", &NamedComponent::name),           member("linear", &NamedComponent::linear),
        member("role", &NamedComponent::role),           member("server", &NamedComponent::server),
        member("addresses", &NamedComponent::addresses),
    };
};

template <>
struct Members<NameList> {
    static constexpr auto kAll = std::tuple{
        member("names", &NameList::names, limits::kComponents),
    };
};

template <>
struct Members<ClusterRevision> {
    static constexpr auto kAll = std::tuple{
        member("number", &ClusterRevision::number),
        member("time", &ClusterRevision::time),
        member("origin", &ClusterRevision::origin, limits::kMessageBytes),
        member("sha256", &ClusterRevision::sha256),
        member("blades", &ClusterRevision::blades),
        member("in_force", &ClusterRevision::is_in_force),
        member("was_in_force", &ClusterRevision::was_in_force),
        member("xml", &ClusterRevision::xml, limits::kClusterXmlBytes),
    };
};

template <>
struct Members<ClusterRevisionList> {
    static constexpr auto kAll = std::tuple{
        member("revisions", &ClusterRevisionList::revisions),
    };
};

template <>
struct Members<ClusterProposal> {
    static constexpr auto kAll = std::tuple{
        member("xml", &ClusterProposal::xml, limits::kClusterXmlBytes),
        member("file_name", &ClusterProposal::file_name, limits::kMessageBytes),
        member("revision", &ClusterProposal::revision),
        member("base", &ClusterProposal::base),
    };
};

template <>
struct Members<ClusterChange> {
    static constexpr auto kAll = std::tuple{
        member("kind", &ClusterChange::kind),
        member("what", &ClusterChange::what, limits::kNamesBytes),
        member("count", &ClusterChange::count),
        member("text", &ClusterChange::text, limits::kMessageBytes),
    };
};

template <>
struct Members<ServiceReload> {
    static constexpr auto kAll = std::tuple{
        member("service", &ServiceReload::service),
        member("reason", &ServiceReload::reason, limits::kMessageBytes),
    };
};

template <>
struct Members<ClusterDifference> {
    static constexpr auto kAll = std::tuple{
        member("base", &ClusterDifference::base),
        member("changes", &ClusterDifference::changes, 2 * limits::kComponents),
        member("blades", &ClusterDifference::blades),
        member("servers", &ClusterDifference::servers, limits::kComponents),
        member("reloads", &ClusterDifference::reloads),
        member("warnings", &ClusterDifference::warnings),
    };
};

DIM_API_MESSAGE(NameQuery, 2 * limits::kRangeBytes + limits::kMessageBytes)
DIM_API_MESSAGE(NameList, limits::kReplyBytes)
DIM_API_MESSAGE(ClusterRevision, limits::kClusterMessageBytes)
DIM_API_MESSAGE(ClusterRevisionList, limits::kReplyBytes)
DIM_API_MESSAGE(ClusterProposal, limits::kClusterMessageBytes)
DIM_API_MESSAGE(ClusterDifference, limits::kReplyBytes)

}  // namespace dim::api
