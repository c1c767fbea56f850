#pragma once

#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/model/ipv4_endpoint.hpp"
#include "libdim/model/names.hpp"
#include "libdim/model/timestamp.hpp"
#include "libdim/tls/secret_text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kPeerMigration;

/// The server that rules this one, and which certificate it shows.
struct ManagementNode {
    model::ComponentName name;
    model::Ipv4Endpoint endpoint;
    std::string fingerprint;
};

/// How this server shows other image servers who it is, and whom it believes. Texts are PEM.
struct PeerIdentity {
    std::string authority;
    std::string certificate;
    tls::SecretText key;
    tls::SecretText authority_key;             ///< empty: this is not the management node
    std::optional<ManagementNode> management;  ///< of a member
};

/// A server that has joined this one, the management node.
struct Member {
    model::ComponentName name;
    model::Ipv4Endpoint endpoint;
    std::string fingerprint;  ///< of its certificate
    model::Timestamp joined;

    bool operator==(const Member&) const = default;
};

/// Which image servers belong together, in the database: each call is one transaction. Any thread
/// may call.
class PeerRecords {
public:
    /// DATABASE outlives this.
    explicit PeerRecords(Database& database) : database_(database) {}

    /// Nothing when this server belongs to no other.
    Result<std::optional<PeerIdentity>> identity();
    /// In place of what was, with its members and tokens.
    Result<void> begin(const PeerIdentity& identity);
    /// Members and tokens, too.
    Result<void> forget();

    /// SECRET is good for SERVER until EXPIRES, in place of another one.
    Result<void> keep_secret(const model::ComponentName& server, std::string_view secret,
                             model::Timestamp expires);
    /// Errors: permission_denied when SECRET is not good for SERVER any more, or never was.
    Result<void> check_secret(const model::ComponentName& server, std::string_view secret,
                              model::Timestamp now);
    /// SECRET is used up, and MEMBER is one; in place of another of its name. Errors:
    /// permission_denied when it is not good for that server any more, or never was.
    Result<void> admit(const Member& member, std::string_view secret, model::Timestamp now);
    /// By name.
    Result<std::vector<Member>> members();
    /// Errors: not_found.
    Result<Member> member(const model::ComponentName& name);
    /// It, and what it could join with. Errors: not_found when there is neither.
    Result<void> remove(const model::ComponentName& name);

private:
    Database& database_;
};

}  // namespace dim::server
