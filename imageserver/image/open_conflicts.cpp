#include "imageserver/image/open_conflicts.hpp"

#include "imageserver/state/read_rows.hpp"

#include <set>
#include <string_view>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

const Migration kOpenConflictMigration{"open-conflict-1", R"(
CREATE TABLE open_conflict (
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    path TEXT NOT NULL,
    reason TEXT NOT NULL,
    older INTEGER NOT NULL,
    newer INTEGER NOT NULL,
    since_us INTEGER NOT NULL,
    PRIMARY KEY (blade, image, path)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER open_conflict_gone AFTER DELETE ON blade_image BEGIN
    DELETE FROM open_conflict WHERE blade = OLD.blade AND image = OLD.image;
END;
)"};

namespace {

Result<Generation> generation_in(const Statement& row, int column) {
    return Generation::from_number(static_cast<std::uint32_t>(row.integer(column)));
}

/// Columns: blade, path, reason, older, newer, since_us.
Result<OpenConflict> read_conflict(const Statement& row) {
    DIM_TRY(ComponentName blade, ComponentName::parse(row.text(0)));
    DIM_TRY(const Generation older, generation_in(row, 3));
    DIM_TRY(const Generation newer, generation_in(row, 4));
    DIM_TRY(const auto since, model::Timestamp::from_microseconds(row.integer(5)));
    return OpenConflict{.blade = std::move(blade),
                        .path = row.text(1),
                        .reason = row.text(2),
                        .older = older,
                        .newer = newer,
                        .since = since};
}

Result<std::vector<std::string>> open_paths(Transaction& transaction, const ComponentName& blade,
                                            const ImageName& image) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT path FROM open_conflict WHERE blade = ?1 AND image = ?2",
                              blade.text(), image.text()));
    return read_rows(std::move(rows),
                     [](const Statement& row) -> Result<std::string> { return row.text(0); });
}

Result<void> close_path(Transaction& transaction, const ComponentName& blade,
                        const ImageName& image, const std::string& path) {
    return transaction.execute(
        "DELETE FROM open_conflict WHERE blade = ?1 AND image = ?2 AND path = ?3", blade.text(),
        image.text(), path);
}

std::set<std::string_view> paths_in(const changeset::Outline& outline) {
    std::set<std::string_view> paths;
    for (const manifest::Manifest* manifest : {&outline.older, &outline.newer})
        for (const manifest::Entry& entry : manifest->entries)
            paths.insert(entry.path);
    return paths;
}

}  // namespace

Result<void> OpenConflicts::settle(const Move& move, const changeset::Outline& outline,
                                   std::span<const changeset::KeptPath> conflicts) {
    const auto change = [&](Transaction& transaction) -> Result<void> {
        DIM_TRY(const auto open, open_paths(transaction, move.blade, move.image));
        if (open.empty() && conflicts.empty()) return {};
        std::set<std::string_view> settled = paths_in(outline);
        for (const changeset::KeptPath& conflict : conflicts)
            settled.erase(conflict.path);
        std::size_t count = 0;
        for (const std::string& path : open) {
            if (!settled.contains(path))
                ++count;
            else
                DIM_CHECK(close_path(transaction, move.blade, move.image, path));
        }
        for (const changeset::KeptPath& conflict : conflicts) {
            if (++count > kMost) break;
            DIM_CHECK(transaction.execute(
                "INSERT INTO open_conflict (blade, image, path, reason, older, newer, since_us) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET reason = ?4, newer "
                "= ?6, since_us = ?7",
                move.blade.text(), move.image.text(), conflict.path, conflict.reason,
                move.older.number(), move.newer.number(), move.now.microseconds()));
        }
        return transaction.execute(
            "DELETE FROM open_conflict WHERE blade = ?1 AND image = ?2 AND older = newer",
            move.blade.text(), move.image.text());
    };
    return database_->transaction(change, Durability::kill);
}

Result<std::vector<OpenConflict>> OpenConflicts::of(const ImageName& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<OpenConflict>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT blade, path, reason, older, newer, since_us FROM "
                                      "open_conflict WHERE image = ?1 ORDER BY blade, path",
                                      image.text()));
            return read_rows(std::move(rows), read_conflict);
        });
}

Result<void> OpenConflicts::close(const ComponentName& blade, const ImageName& image,
                                  std::span<const std::string> paths) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        for (const std::string& path : paths)
            DIM_CHECK(close_path(transaction, blade, image, path));
        return {};
    });
}

}  // namespace dim::server
