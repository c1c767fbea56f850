#include "imageserver/peer/peer_records.hpp"

#include "libdim/tls/sha256.hpp"

#include <limits>

namespace dim::server {

using model::ComponentName;
using model::Timestamp;

const Migration kPeerMigration{"peer-1", R"(
CREATE TABLE peer_identity (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    authority TEXT NOT NULL,
    certificate TEXT NOT NULL,
    key TEXT NOT NULL,
    authority_key TEXT NOT NULL,
    management TEXT,
    management_address INTEGER,
    management_port INTEGER,
    management_fingerprint TEXT
) STRICT;
CREATE TABLE peer_member (
    name TEXT NOT NULL PRIMARY KEY,
    address INTEGER NOT NULL,
    port INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    joined INTEGER NOT NULL
) STRICT;
CREATE TABLE peer_secret (
    server TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
)"};

namespace {

constexpr const char* kMemberColumns = "SELECT name, address, port, fingerprint, joined "
                                       "FROM peer_member ";

model::Ipv4Endpoint endpoint_at(const Statement& row, int column) {
    return {.address = model::Ipv4Address(static_cast<std::uint32_t>(row.integer(column))),
            .port = static_cast<std::uint16_t>(row.integer(column + 1))};
}

Result<Member> read_member(const Statement& row) {
    DIM_TRY(auto name, ComponentName::parse(row.text(0)));
    DIM_TRY(const auto joined, Timestamp::from_microseconds(row.integer(4)));
    return Member{.name = std::move(name),
                  .endpoint = endpoint_at(row, 1),
                  .fingerprint = row.text(3),
                  .joined = joined};
}

Result<void> clear(Transaction& transaction) {
    for (const char* table : {"peer_identity", "peer_member", "peer_secret"})
        DIM_CHECK(transaction.execute(std::string("DELETE FROM ") + table));
    return {};
}

Error unknown(const ComponentName& name) {
    return Error(ErrorCode::not_found, to_string(name) + " has not joined this server")
        .with_cure("'dim server list' shows who has");
}

Error not_good(const ComponentName& server) {
    return Error(ErrorCode::permission_denied,
                 "the token is not good for " + to_string(server) +
                     ": it was used, has expired, or is of another server")
        .with_cure("make another with 'dim server token " + to_string(server) +
                   "' on the management node");
}

}  // namespace

Result<std::optional<PeerIdentity>> PeerRecords::identity() {
    return database_.transaction([](Transaction& transaction)
                                     -> Result<std::optional<PeerIdentity>> {
        DIM_TRY(Statement row,
                transaction.query("SELECT authority, certificate, key, authority_key, management, "
                                  "management_address, management_port, management_fingerprint "
                                  "FROM peer_identity"));
        DIM_TRY(const bool has_row, row.next());
        if (!has_row) return std::nullopt;
        PeerIdentity identity{.authority = row.text(0),
                              .certificate = row.text(1),
                              .key = tls::SecretText(row.text(2)),
                              .authority_key = tls::SecretText(row.text(3)),
                              .management = {}};
        if (row.is_null(4)) return identity;
        DIM_TRY(auto name, ComponentName::parse(row.text(4)));
        identity.management = ManagementNode{
            .name = std::move(name), .endpoint = endpoint_at(row, 5), .fingerprint = row.text(7)};
        return identity;
    });
}

Result<void> PeerRecords::begin(const PeerIdentity& identity) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(clear(transaction));
        DIM_CHECK(transaction.execute(
            "INSERT INTO peer_identity (id, authority, certificate, key, authority_key) "
            "VALUES (1, ?1, ?2, ?3, ?4)",
            identity.authority, identity.certificate, identity.key.view(),
            identity.authority_key.view()));
        if (!identity.management) return {};
        const ManagementNode& management = *identity.management;
        return transaction.execute(
            "UPDATE peer_identity SET management = ?1, management_address = ?2, "
            "management_port = ?3, management_fingerprint = ?4",
            to_string(management.name), management.endpoint.address.value(),
            management.endpoint.port, management.fingerprint);
    });
}

Result<void> PeerRecords::forget() { return database_.transaction(clear); }

Result<void> PeerRecords::keep_secret(const ComponentName& server, std::string_view secret,
                                      Timestamp expires) {
    return database_.transaction([&](Transaction& transaction) {
        return transaction.execute("INSERT OR REPLACE INTO peer_secret (server, hash, expires) "
                                   "VALUES (?1, ?2, ?3)",
                                   to_string(server), tls::sha256(secret), expires.microseconds());
    });
}

Result<void> PeerRecords::check_secret(const ComponentName& server, std::string_view secret,
                                       Timestamp now) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(Statement row,
                transaction.query(
                    "SELECT 1 FROM peer_secret WHERE server = ?1 AND hash = ?2 AND expires > ?3",
                    to_string(server), tls::sha256(secret), now.microseconds()));
        DIM_TRY(const bool has_row, row.next());
        if (has_row) return {};
        return fail(not_good(server));
    });
}

Result<void> PeerRecords::admit(const Member& member, std::string_view secret, Timestamp now) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute(
            "DELETE FROM peer_secret WHERE server = ?1 AND hash = ?2 AND expires > ?3",
            to_string(member.name), tls::sha256(secret), now.microseconds()));
        if (transaction.changes() != 1) return fail(not_good(member.name));
        return transaction.execute("INSERT OR REPLACE INTO peer_member "
                                   "(name, address, port, fingerprint, joined) "
                                   "VALUES (?1, ?2, ?3, ?4, ?5)",
                                   to_string(member.name), member.endpoint.address.value(),
                                   member.endpoint.port, member.fingerprint,
                                   member.joined.microseconds());
    });
}

Result<std::vector<Member>> PeerRecords::members() {
    return database_.transaction([](Transaction& transaction) -> Result<std::vector<Member>> {
        DIM_TRY(Statement rows, transaction.query(std::string(kMemberColumns) + "ORDER BY name"));
        std::vector<Member> all;
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) return all;
            DIM_TRY(Member member, read_member(rows));
            all.push_back(std::move(member));
        }
    });
}

Result<Member> PeerRecords::member(const ComponentName& name) {
    return database_.transaction([&](Transaction& transaction) -> Result<Member> {
        DIM_TRY(Statement row, transaction.query(std::string(kMemberColumns) + "WHERE name = ?1",
                                                 to_string(name)));
        DIM_TRY(const bool has_row, row.next());
        if (!has_row) return fail(unknown(name));
        return read_member(row);
    });
}

Result<void> PeerRecords::remove(const ComponentName& name) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        std::int64_t removed = 0;
        for (const char* statement : {"DELETE FROM peer_member WHERE name = ?1",
                                      "DELETE FROM peer_secret WHERE server = ?1"}) {
            DIM_CHECK(transaction.execute(statement, to_string(name)));
            removed += transaction.changes();
        }
        if (removed == 0) return fail(unknown(name));
        return {};
    });
}

}  // namespace dim::server
