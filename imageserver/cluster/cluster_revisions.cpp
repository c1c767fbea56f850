#include "imageserver/cluster/cluster_revisions.hpp"

#include "libdim/tls/sha256.hpp"

namespace dim::server {

namespace {

using api::ClusterRevision;

constexpr const char* kColumns =
    "SELECT number, time, origin, sha256, blades, number = (SELECT number FROM cluster_in_force), "
    "was_in_force ";

Result<ClusterRevision> read_row(const Statement& row) {
    DIM_TRY(const auto time, model::Timestamp::from_microseconds(row.integer(1)));
    return ClusterRevision{.number = static_cast<std::uint32_t>(row.integer(0)),
                           .time = time,
                           .origin = row.text(2),
                           .sha256 = row.text(3),
                           .blades = static_cast<std::uint32_t>(row.integer(4)),
                           .is_in_force = row.integer(5) != 0,
                           .was_in_force = row.integer(6) != 0,
                           .xml = {}};
}

/// The first row of a query of kColumns and xml.
Result<std::optional<ClusterRevision>> read_first(Statement rows) {
    DIM_TRY(const bool has_row, rows.next());
    if (!has_row) return std::nullopt;
    DIM_TRY(auto revision, read_row(rows));
    revision.xml = rows.optional_text(7);
    return revision;
}

std::string with_xml(const char* condition) {
    return std::string(kColumns) + ", xml FROM cluster_revision " + condition;
}

}  // namespace

const Migration kClusterMigration{"cluster-1", R"sql(
CREATE TABLE cluster_revision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    origin TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    blades INTEGER NOT NULL,
    xml TEXT,
    is_pending INTEGER NOT NULL,
    was_in_force INTEGER NOT NULL
) STRICT;
CREATE INDEX cluster_revision_text ON cluster_revision (sha256, number);
CREATE TABLE cluster_in_force (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    number INTEGER NOT NULL
) STRICT;
)sql"};

Result<std::uint32_t> ClusterRevisions::add(const Text& text, Purpose purpose,
                                            model::Timestamp now) {
    const std::string sha256 = tls::sha256(text.xml);
    return database_->transaction([&](Transaction& transaction) -> Result<std::uint32_t> {
        DIM_CHECK(
            transaction.execute("INSERT INTO cluster_revision "
                                "(time, origin, sha256, blades, xml, is_pending, was_in_force) "
                                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
                                now.microseconds(), text.origin, sha256, text.blades, text.xml,
                                purpose == Purpose::pending));
        return static_cast<std::uint32_t>(transaction.last_inserted_id());
    });
}

Result<void> ClusterRevisions::put_in_force(std::uint32_t number) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("INSERT INTO cluster_in_force VALUES (1, ?1) "
                                      "ON CONFLICT DO UPDATE SET number = ?1",
                                      number));
        DIM_CHECK(transaction.execute(
            "UPDATE cluster_revision SET is_pending = 0, was_in_force = 1 WHERE number = ?1",
            number));
        DIM_CHECK(transaction.execute(
            "DELETE FROM cluster_revision WHERE number != ?1 AND number NOT IN "
            "(SELECT number FROM cluster_revision ORDER BY number DESC LIMIT ?2)",
            number, kRevisionsKept));
        return transaction.execute(
            "UPDATE cluster_revision SET xml = NULL WHERE xml IS NOT NULL AND number != ?1 AND "
            "number NOT IN (SELECT number FROM cluster_revision ORDER BY number DESC LIMIT ?2)",
            number, kTextsKept);
    });
}

Result<void> ClusterRevisions::remove_pending() {
    return database_->transaction([](Transaction& transaction) {
        return transaction.execute("DELETE FROM cluster_revision WHERE is_pending = 1");
    });
}

Result<std::optional<ClusterRevision>> ClusterRevisions::in_force() {
    return database_->transaction(
        [](Transaction& transaction) -> Result<std::optional<ClusterRevision>> {
            DIM_TRY(Statement rows, transaction.query(with_xml(
                                        "WHERE number = (SELECT number FROM cluster_in_force)")));
            return read_first(std::move(rows));
        });
}

Result<ClusterRevision> ClusterRevisions::find(std::uint32_t number) {
    return database_->transaction([&](Transaction& transaction) -> Result<ClusterRevision> {
        DIM_TRY(Statement rows,
                transaction.query(with_xml("WHERE number = ?1 AND is_pending = 0"), number));
        DIM_TRY(auto found, read_first(std::move(rows)));
        if (found) return *std::move(found);
        return fail(Error(ErrorCode::not_found, "there is no revision " + std::to_string(number) +
                                                    " of the cluster definition")
                        .with_cure("dim cluster history"));
    });
}

Result<std::optional<ClusterRevision>> ClusterRevisions::find_text(std::string_view xml,
                                                                   Among among) {
    const std::string sha256 = tls::sha256(xml);
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::optional<ClusterRevision>> {
            DIM_TRY(Statement rows, transaction.query(with_xml("WHERE sha256 = ?1 AND xml = ?2 AND "
                                                               "(?3 OR is_pending OR was_in_force) "
                                                               "ORDER BY number DESC LIMIT 1"),
                                                      sha256, xml, among == Among::all));
            return read_first(std::move(rows));
        });
}

Result<api::ClusterRevisionList> ClusterRevisions::list() {
    return database_->transaction([](Transaction& transaction) -> Result<api::ClusterRevisionList> {
        DIM_TRY(Statement rows, transaction.query(std::string(kColumns) +
                                                  "FROM cluster_revision WHERE is_pending = 0 "
                                                  "ORDER BY number DESC"));
        api::ClusterRevisionList list;
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) return list;
            DIM_TRY(auto revision, read_row(rows));
            list.revisions.push_back(std::move(revision));
        }
    });
}

}  // namespace dim::server
