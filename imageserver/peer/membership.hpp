#pragma once

#include "imageserver/blade/roster.hpp"
#include "imageserver/peer/peer_records.hpp"
#include "imageserver/state/wall_clock.hpp"
#include "libdim/api/server_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/http/tls_stream.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/tls/client_settings.hpp"
#include "libdim/tls/random.hpp"
#include "libdim/tls/server_settings.hpp"
#include "libdim/tls/session.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace dim::server {

/// A connection to a member, which has shown that it is the one.
struct PeerConnection {
    std::shared_ptr<const tls::ClientSettings> settings;  // outlives the stream
    std::unique_ptr<http::TlsStream> stream;
};

/// Which image servers this one commands, or is commanded by. The one that gives out tokens is the
/// management node; those that join it do what its administrators ask. Any thread but the event
/// loop's may call, but for is_management().
class Membership {
public:
    struct Settings {
        std::string cluster;  ///< name in the authority's certificate
        /// Where this server listens for others; address 0: everywhere. Absent: nowhere.
        std::optional<model::Ipv4Endpoint> listening;
        /// Called when somebody is about to be told where this server listens; to return when the
        /// listener shows what server_settings() returns. Errors, after not too long: when it does
        /// not, with the cause.
        std::function<Result<void>()> show = {};
    };
    /// The references outlive this.
    Membership(Settings settings, Database& database, tls::Random& random, const Roster& roster,
               const WallClock& clock)
        : settings_(std::move(settings)),
          records_(database),
          random_(random),
          roster_(roster),
          clock_(clock) {}
    /// Call it first. Errors: io; invalid_input for a damaged identity. This server commands and
    /// obeys nobody then.
    Result<void> load();

    // On the management node, which the first of these makes this server.

    /// Errors: not_found for what is no image server of the definition; conflict for ourselves,
    /// when this server is a member, or listens nowhere, or the definition names another management
    /// node; unavailable when it does not listen yet.
    Result<api::ServerToken> invite(const model::ComponentName& server);
    /// What a server asks that connects from FROM. Errors: permission_denied, conflict.
    Result<api::JoinAnswer> admit(const api::JoinRequest& request, model::Ipv4Address from);
    /// Tells it, too, if it answers. Returns what came of it. Errors: not_found.
    Result<std::string> remove(const model::ComponentName& server);
    /// Errors: not_found for what is no member; unavailable, timed_out; permission_denied when
    /// somebody else answers there.
    Result<PeerConnection> connect(const model::ComponentName& server,
                                   const sys::Deadline& deadline);

    // On a server that joins, but for leave().

    /// Blocks. Returns the name of the management node. Errors: invalid_input for a token that is
    /// none; conflict when others have joined us, or the definition names another management
    /// node; what the management node says; unavailable when it has joined, and does not listen
    /// yet.
    Result<model::ComponentName> join(const api::JoinCluster& request);
    /// From here on this server obeys nobody, or is no management node any more. Errors: conflict
    /// when it belongs to no other, or others have joined it.
    Result<void> leave();

    Result<api::ServerList> servers();
    /// For the listener; nothing when nobody has been invited and nobody joined.
    Result<std::optional<tls::ServerSettings>> server_settings();
    /// Whether that is the certificate of the management node that this server has joined.
    bool is_management(const std::optional<tls::PeerCertificate>& certificate) const;

private:
    /// What is needed where nobody may wait for the database, or often.
    struct InUse {
        std::string management_fingerprint = {};  ///< empty: this server is no member
        std::shared_ptr<const tls::ClientSettings> client_settings = {};
    };
    Result<InUse> prepare(const PeerIdentity& identity) const;
    Result<void> begin(const PeerIdentity& identity);
    void adopt(InUse in_use);
    Result<PeerIdentity> management_identity();
    Result<void> require_no_members();
    Result<void> require_listening() const;
    Result<void> check_invited(const model::ComponentName& server) const;
    /// Errors: conflict when the cluster definition names another management node than SERVER.
    Result<void> check_management(const model::ComponentName& server) const;

    Settings settings_;
    PeerRecords records_;
    tls::Random& random_;
    const Roster& roster_;
    const WallClock& clock_;

    std::mutex changing_;  ///< held by whoever changes what servers belong together
    mutable std::mutex mutex_;
    InUse in_use_;
};

}  // namespace dim::server
