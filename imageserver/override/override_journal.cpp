#include "imageserver/override/override_journal.hpp"

namespace dim::server {

Result<OverrideJournal::Entries> OverrideJournal::entries(const Image& image) {
    return database_.transaction([&](Transaction& transaction) -> Result<Entries> {
        DIM_TRY(Statement rows,
                transaction.query("SELECT path, rule, digest, pending, written "
                                  "FROM override_file WHERE blade = ?1 AND image = ?2",
                                  image.blade.text(), image.image.text()));
        Entries entries;
        for (;;) {
            DIM_TRY(const bool is_there, rows.next());
            if (!is_there) return entries;
            DIM_TRY(const auto written, model::Timestamp::from_microseconds(rows.integer(4)));
            entries.insert_or_assign(rows.text(0), Entry{.rule = rows.text(1),
                                                         .digest = rows.text(2),
                                                         .pending = rows.text(3),
                                                         .written = written});
        }
    });
}

Result<void> OverrideJournal::forget(const Image& image) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        return transaction.execute("DELETE FROM override_file WHERE blade = ?1 AND image = ?2",
                                   image.blade.text(), image.image.text());
    });
}

Result<void> OverrideJournal::intend(const Image& image, std::span<const Written> files,
                                     model::Timestamp now) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        for (const Written& file : files) {
            DIM_CHECK(transaction.execute(
                "INSERT INTO override_file (blade, image, path, rule, digest, pending, written) "
                "VALUES (?1, ?2, ?3, ?4, '', ?5, ?6) ON CONFLICT DO UPDATE SET pending = ?5",
                image.blade.text(), image.image.text(), file.path, file.rule, file.digest,
                now.microseconds()));
        }
        return {};
    });
}

Result<void> OverrideJournal::record(const Image& image, std::span<const Written> files,
                                     model::Timestamp now) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        for (const Written& file : files) {
            DIM_CHECK(transaction.execute(
                "INSERT INTO override_file (blade, image, path, rule, digest, pending, written) "
                "VALUES (?1, ?2, ?3, ?4, ?5, '', ?6) "
                "ON CONFLICT DO UPDATE SET rule = ?4, digest = ?5, pending = '', written = ?6",
                image.blade.text(), image.image.text(), file.path, file.rule, file.digest,
                now.microseconds()));
        }
        return {};
    });
}

}  // namespace dim::server
