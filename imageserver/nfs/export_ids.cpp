#include "imageserver/nfs/export_ids.hpp"

#include "imageserver/nfs/nfs_exports.hpp"

namespace dim::server {

const Migration kNfsMigration{"nfs-1", R"(
CREATE TABLE nfs_export_id (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    path TEXT NOT NULL UNIQUE,
    given INTEGER NOT NULL
) STRICT;
)"};

namespace {

using Numbers = std::map<std::string, std::uint16_t>;

struct Row {
    std::int64_t id;
    std::string path;
    std::int64_t given;  ///< rises with each number given
};

/// By age.
Result<std::vector<Row>> read_rows(Transaction& transaction) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT id, path, given FROM nfs_export_id ORDER BY given"));
    std::vector<Row> result;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return result;
        result.push_back({.id = rows.integer(0), .path = rows.text(1), .given = rows.integer(2)});
    }
}

Result<Numbers> number(Transaction& transaction, const std::set<std::string>& paths,
                       std::uint16_t largest_id) {
    DIM_TRY(const std::vector<Row> rows, read_rows(transaction));
    Numbers numbers;
    std::int64_t largest = 0;
    for (const Row& row : rows) {
        largest = std::max(largest, row.id);
        if (paths.contains(row.path)) numbers.emplace(row.path, row.id);
    }
    std::int64_t given = rows.empty() ? 0 : rows.back().given;
    auto reusable = rows.begin();
    for (const std::string& path : paths) {
        if (numbers.contains(path)) continue;
        std::int64_t id = ++largest;
        if (id > largest_id) {
            while (reusable != rows.end() && paths.contains(reusable->path))
                ++reusable;
            if (reusable == rows.end())
                return fail(ErrorCode::limit_exceeded,
                            "more than " + std::to_string(largest_id) + " exports");
            id = (reusable++)->id;
        }
        DIM_CHECK(transaction.execute(
            "INSERT OR REPLACE INTO nfs_export_id (id, path, given) VALUES (?1, ?2, ?3)", id, path,
            ++given));
        numbers.emplace(path, static_cast<std::uint16_t>(id));
    }
    return numbers;
}

}  // namespace

Result<Numbers> number_exports(Database& database, const std::set<std::string>& paths,
                               std::uint16_t largest) {
    return database.transaction(
        [&](Transaction& transaction) { return number(transaction, paths, largest); });
}

}  // namespace dim::server
