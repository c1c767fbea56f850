#pragma once

#include "libdim/api/image_samples.hpp"
#include "libdim/api/push_messages.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// Image servers that belong together. See message_samples.hpp.
namespace dim::api::samples {

inline model::Ipv4Endpoint server_endpoint() {
    return model::Ipv4Endpoint::parse("10.9.0.1:7444", 1).value();
}
inline InviteServer invite_server() { return {blade()}; }
inline ServerToken server_token() { return {blade(), "is01.00ff.MIIB", time()}; }
inline JoinCluster join_cluster() { return {"is01.00ff.MIIB", server_endpoint()}; }
inline JoinRequest join_request() {
    return {blade(), "00ff", "-----BEGIN PUBLIC KEY-----\n", server_endpoint()};
}
inline JoinAnswer join_answer() { return {"-----BEGIN CERTIFICATE-----\n"}; }
inline ServerSummary server_summary() {
    return {blade(), "member", server_endpoint(), time(), "no answer"};
}
inline OfferGeneration offer_generation() {
    return {.image = image_summary(),
            .label = "monday",
            .source = "is01: /srv/masters/granite",
            .changeset_bytes = 4096,
            .changeset_sha256 = std::string(64, 'a')};
}
inline IncomingGeneration incoming_generation() { return {.received_bytes = 2048}; }
inline SyncServers sync_servers() {
    return {.image = image(), .generation = generation(), .servers = {blade()}, .is_dry_run = true};
}
inline ServerSyncReport server_sync_report() {
    return {image(), generation(), true, {{blade(), "failed", generation(), 4096, problem()}}};
}
inline ServerSyncLine server_sync_line() {
    return {"is02: sent", 1, 2, server_sync_report(), problem()};
}
inline ServerList server_list() { return {{server_summary()}}; }
inline RolloutProposal rollout_proposal() {
    return {"<cluster/>", "/root/new.xml", 3, 7, {{blade(), 5}}};
}
inline MemberAnswer member_answer() { return {blade(), R"({"images":[]})", 240, problem()}; }
inline MemberAnswer bare_member_answer() { return {.server = blade()}; }

}  // namespace dim::api::samples
