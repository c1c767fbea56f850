#include "imageserver/boot/boot_restarts.hpp"

#include "libdim/base/text.hpp"

namespace dim::server {

// found is the JSON of api::Restarts; absent: expected.
const Migration kRestartMigration{"restarts-1", R"sql(
CREATE TABLE boot_restarts (
    boot INTEGER PRIMARY KEY,
    found TEXT
) STRICT;
CREATE TRIGGER boot_restarts_of_gone_boot AFTER DELETE ON boot BEGIN
    DELETE FROM boot_restarts WHERE boot = OLD.key;
END;
)sql"};

Result<BootRestarts> load_restarts(Transaction& transaction, std::int64_t key) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT found FROM boot_restarts WHERE boot = ?1", key));
    DIM_TRY(const bool has_row, rows.next());
    BootRestarts restarts{.is_expected = has_row, .found = {}};
    if (!has_row) return restarts;
    const auto text = rows.optional_text(0);
    if (!text) return restarts;
    auto found = api::parse<api::Restarts>(*text);
    if (!found) return fail(std::move(found).error().with_context("database: restarts"));
    restarts.found = *std::move(found);
    return restarts;
}

Result<void> store_restarts(Transaction& transaction, std::int64_t key,
                            const std::optional<api::Restarts>& found) {
    const auto text = found ? std::optional(api::to_json(*found)) : std::nullopt;
    return transaction.execute("INSERT INTO boot_restarts VALUES (?1, ?2) "
                               "ON CONFLICT DO UPDATE SET found = ?2",
                               key, text);
}

}  // namespace dim::server
