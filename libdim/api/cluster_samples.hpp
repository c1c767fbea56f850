#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// Cluster definitions, and names in them. See message_samples.hpp.
namespace dim::api::samples {

inline NameQuery name_query() { return {"s01c[1-4]b[01-14],-b3", "blade"}; }
inline NamedAddress named_address() {
    return {"s01c1b01", *model::ComponentName::parse("bootnet-s01"), address(),
            *model::Ipv6Address::parse("fd00:1::1:1")};
}
inline NamedComponent named_component() {
    return {blade(),
            *model::ComponentName::parse("b1"),
            "blade",
            *model::ComponentName::parse("s01"),
            {named_address()}};
}
inline NameList name_list() {
    NamedComponent bare = named_component();
    bare.server.reset();
    bare.addresses.front().address6.reset();
    return {{named_component(), bare}};
}
inline ClusterRevision cluster_revision() {
    return {12,
            time(),
            "applied: /root/new.xml",
            std::string(64, 'b'),
            2406,
            true,
            true,
            "<cluster name=\"x\">\n\t</cluster>\n"};
}
inline ClusterRevisionList cluster_revision_list() {
    ClusterRevision bare = cluster_revision();
    bare.xml.reset();
    bare.is_in_force = false;
    return {{cluster_revision(), bare}};
}
inline ClusterProposal cluster_proposal() { return {"<cluster/>", "new.xml", 3, 12}; }
inline ClusterChange cluster_change() {
    return {"changed", "s01c[1-4]b[01-14]", 56, "type js20 \xe2\x86\x92 js21"};
}
inline ClusterDifference cluster_difference() {
    return {12,
            {cluster_change()},
            56,
            {*model::ComponentName::parse("s01")},
            {{"dhcpd", "dhcpd.conf: 1 line new"}},
            {"b1: it runs"}};
}

}  // namespace dim::api::samples
