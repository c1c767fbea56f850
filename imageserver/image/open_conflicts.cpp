#include "imageserver/image/open_conflicts.hpp"

#include "imageserver/state/read_rows.hpp"

#include <map>
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

const Migration kOpenConflictIndexMigration{
    "open-conflict-image-1", "CREATE INDEX open_conflict_image ON open_conflict(image, blade);"};

const std::string_view OpenConflicts::kOfBlade =
    "SELECT blade, path, reason, older, newer, since_us FROM open_conflict "
    "WHERE blade = ?2 AND image = ?1 ORDER BY path";
const std::string_view OpenConflicts::kOfImage =
    "SELECT blade, path, reason, older, newer, since_us FROM open_conflict "
    "WHERE image = ?1 AND (blade, path) > (?2, ?3) ORDER BY blade, path LIMIT ?4";

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

/// In words, when there is more than one thing to say of a path.
class Reasons {
public:
    void add(std::string_view reason) {
        if (text_.size() + reason.size() > kBytes && !text_.empty()) {
            ++left_out_;
            return;
        }
        text_.append(text_.empty() ? "" : "; ").append(reason);
    }
    std::string text() const {
        return left_out_ == 0 ? text_ : text_ + "; and " + std::to_string(left_out_) + " more";
    }

private:
    static constexpr std::size_t kBytes = 800;
    std::string text_;
    std::size_t left_out_ = 0;
};

std::map<std::string_view, Reasons> reasons_of(std::span<const changeset::KeptPath> conflicts) {
    std::map<std::string_view, Reasons> reasons;
    for (const changeset::KeptPath& conflict : conflicts)
        reasons[conflict.path].add(conflict.reason);
    return reasons;
}

using Paths = std::set<std::string, std::less<>>;

/// What is kept out stays open, of the generation that the blade image is of now.
Result<void> follow(Transaction& transaction, const OpenConflicts::Move& move,
                    std::span<const changeset::KeptPath> kept_out, const Paths& open) {
    for (const changeset::KeptPath& kept : kept_out) {
        if (!open.contains(kept.path)) continue;
        DIM_CHECK(transaction.execute(
            "UPDATE open_conflict SET newer = ?4 WHERE blade = ?1 AND image = ?2 AND path = ?3",
            move.blade.text(), move.image.text(), kept.path, move.newer.number()));
    }
    return {};
}

/// OPEN: those that are so; CONFLICTS come to them as far as there is room.
Result<void> open_more(Transaction& transaction, const OpenConflicts::Move& move,
                       std::span<const changeset::KeptPath> conflicts, Paths& open) {
    for (const auto& [path, reasons] : reasons_of(conflicts)) {
        if (!open.contains(path)) {
            if (open.size() >= OpenConflicts::kMost) continue;
            open.emplace(path);
        }
        DIM_CHECK(transaction.execute(
            "INSERT INTO open_conflict (blade, image, path, reason, older, newer, since_us) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET reason = ?4, newer = "
            "?6, since_us = ?7",
            move.blade.text(), move.image.text(), path, reasons.text(), move.older.number(),
            move.newer.number(), move.now.microseconds()));
    }
    return {};
}

template <class... Values>
Result<std::vector<OpenConflict>> conflicts_of(Database& database, std::string_view sql,
                                               const Values&... values) {
    return database.transaction([&](Transaction& transaction) -> Result<std::vector<OpenConflict>> {
        DIM_TRY(Statement rows, transaction.query(sql, values...));
        return read_rows(std::move(rows), read_conflict);
    });
}

void add_wanted(const ConflictSearch& search, std::vector<OpenConflict> conflicts,
                FoundConflicts& found) {
    for (OpenConflict& conflict : conflicts) {
        if (search.is_wanted && !search.is_wanted(conflict)) continue;
        if (found.total++ < search.most) found.conflicts.push_back(std::move(conflict));
    }
}

}  // namespace

Result<void> OpenConflicts::settle(const Move& move, const Decided& decided) {
    const auto change = [&](Transaction& transaction) -> Result<void> {
        DIM_TRY(const auto paths, open_paths(transaction, move.blade, move.image));
        if (paths.empty() && decided.conflicts.empty()) return {};
        Paths open(paths.begin(), paths.end());
        for (const std::string& path : decided.settled)
            if (open.erase(path) != 0)
                DIM_CHECK(close_path(transaction, move.blade, move.image, path));
        DIM_CHECK(follow(transaction, move, decided.kept_out, open));
        DIM_CHECK(open_more(transaction, move, decided.conflicts, open));
        return transaction.execute(
            "DELETE FROM open_conflict WHERE blade = ?1 AND image = ?2 AND older = newer",
            move.blade.text(), move.image.text());
    };
    return database_->transaction(change, Durability::kill);
}

Result<FoundConflicts> OpenConflicts::find(const ImageName& image, const ConflictSearch& search) {
    FoundConflicts found;
    if (search.blade) {
        DIM_TRY(auto all, conflicts_of(*database_, kOfBlade, image.text(), search.blade->text()));
        add_wanted(search, std::move(all), found);
        return found;
    }
    std::string blade;  // no name is so short
    std::string path;
    for (;;) {
        DIM_TRY(auto page, conflicts_of(*database_, kOfImage, image.text(), blade, path, kPage));
        const bool is_last = page.size() < kPage;
        if (!is_last) {
            blade = page.back().blade.text();
            path = page.back().path;
        }
        add_wanted(search, std::move(page), found);
        if (is_last) return found;
    }
}

Result<std::vector<ConflictCount>> OpenConflicts::count(const ImageName& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<ConflictCount>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT blade, count(*) FROM open_conflict WHERE image = ?1 "
                                      "GROUP BY blade ORDER BY blade",
                                      image.text()));
            return read_rows(std::move(rows), [](const Statement& row) -> Result<ConflictCount> {
                DIM_TRY(ComponentName blade, ComponentName::parse(row.text(0)));
                return ConflictCount{.blade = std::move(blade),
                                     .conflicts = static_cast<std::uint64_t>(row.integer(1))};
            });
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
