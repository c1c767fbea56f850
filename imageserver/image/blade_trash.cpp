#include "imageserver/image/blade_trash.hpp"

#include "imageserver/image/loop_mount.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>
#include <chrono>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

const Migration kBladeTrashMigration{"blade-trash-1", R"(
CREATE TABLE trashed_blade_image (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    generation INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('moving', 'kept', 'restoring', 'deleting')),
    trashed_us INTEGER NOT NULL,
    kept_us INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL
) STRICT;
)"};

struct BladeTrash::Row {
    std::int64_t number;
    ComponentName blade;
    ImageName image;
    Generation generation;
    std::uint64_t size_bytes;
    std::string state;
    model::Timestamp trashed;
    std::int64_t kept_us;
    std::string reason;
};

namespace {

constexpr const char* kOfBlade = "blade = ?1 AND image = ?2 AND state = 'kept'";
constexpr const char* kOfAll = "?1 = '' AND ?2 = '' AND state = 'kept'";

std::int64_t microseconds(std::uint32_t days) {
    return std::chrono::microseconds(std::chrono::days(days)).count();
}

/// The same whenever it is called again.
Result<void> unlink_file(const std::string& path) {
    if (auto done = sys::unlink(path); !done && done.error().code() != ErrorCode::not_found)
        return done;
    return {};
}

Error nothing_there(const ComponentName& blade, const ImageName& image) {
    return Error(ErrorCode::not_found,
                 "no image " + image.text() + " of blade " + blade.text() + " is in the trash")
        .with_cure("see 'dim blade list --trash'");
}

}  // namespace

std::string BladeTrash::file_of(const Row& row) const {
    return paths_.trash() + "/" + row.blade.text() + "-" + row.image.text() + "-" +
           std::to_string(row.number) + ".img";
}

Result<void> BladeTrash::open() const {
    DIM_CHECK(sys::ensure_directory(paths_.trash(), 0700));
    return sys::chmod(paths_.trash(), 0700);
}

Result<void> BladeTrash::check_place() const {
    DIM_TRY(const sys::FileStatus here, sys::stat(paths_.trash()));
    DIM_TRY(const sys::FileStatus there, sys::stat(paths_.blades()));
    if (here.device == there.device) return {};
    return fail(Error(ErrorCode::conflict, paths_.trash() + " is on another file system than " +
                                               paths_.blades() +
                                               ": deleted blade images could not be kept")
                    .with_cure("mount the disk at " + paths_.state() + ", or make " +
                               paths_.trash() + " a link to a directory on it"));
}

Result<std::vector<BladeTrash::Row>>
BladeTrash::rows(std::string_view where, const std::string& blade, const std::string& image) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::vector<Row>> {
        const std::string sql =
            "SELECT number, blade, image, generation, size_bytes, state, trashed_us, kept_us, "
            "reason FROM trashed_blade_image WHERE " +
            std::string(where) + " ORDER BY blade, image, number DESC";
        DIM_TRY(Statement found, transaction.query(sql, blade, image));
        std::vector<Row> rows;
        for (;;) {
            DIM_TRY(const bool has_row, found.next());
            if (!has_row) return rows;
            DIM_TRY(ComponentName name, ComponentName::parse(found.text(1)));
            DIM_TRY(ImageName image_name, ImageName::parse(found.text(2)));
            DIM_TRY(const Generation generation,
                    Generation::from_number(static_cast<std::uint32_t>(found.integer(3))));
            DIM_TRY(const model::Timestamp trashed,
                    model::Timestamp::from_microseconds(found.integer(6)));
            rows.push_back({.number = found.integer(0),
                            .blade = std::move(name),
                            .image = std::move(image_name),
                            .generation = generation,
                            .size_bytes = static_cast<std::uint64_t>(found.integer(4)),
                            .state = found.text(5),
                            .trashed = trashed,
                            .kept_us = found.integer(7),
                            .reason = found.text(8)});
        }
    });
}

Result<void> BladeTrash::set_state(const Row& row, std::string_view state) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("UPDATE trashed_blade_image SET state = ?2 WHERE number = ?1",
                                   row.number, state);
    });
}

Result<void> BladeTrash::forget(const Row& row) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("DELETE FROM trashed_blade_image WHERE number = ?1", row.number);
    });
}

/// From its place, unless it is here already.
Result<void> BladeTrash::move_in(const Row& row) {
    const std::string file = paths_.blade_file(row.blade, row.image);
    if (!sys::stat(file_of(row))) {
        auto moved = sys::rename(file, file_of(row));
        // Somebody took it away by hand: then there is nothing to keep.
        if (!moved && moved.error().code() == ErrorCode::not_found) return forget(row);
        DIM_CHECK(std::move(moved));
    }
    DIM_CHECK(sys::fsync(paths_.trash()));
    DIM_CHECK(sys::fsync(paths_.blade_directory(row.blade)));
    return set_state(row, "kept");
}

/// From its place after a restoration that came to nothing.
Result<void> BladeTrash::move_back(const Row& row) {
    if (sys::stat(file_of(row))) return set_state(row, "kept");
    // A kill may have come between its mount and its row in the catalog.
    DIM_CHECK(unmount_below(paths_.blade_mount(row.blade, row.image)));
    return move_in(row);
}

Result<void> BladeTrash::take(const BladeImageRecord& record, const std::string& reason) {
    const std::string blade = record.blade.text();
    const std::string image = record.image.text();
    const auto moving = [&] {
        return rows("blade = ?1 AND image = ?2 AND state = 'moving'", blade, image);
    };
    DIM_TRY(std::vector<Row> found, moving());
    if (found.empty()) {
        // Moved and noted already, before a kill.
        if (!sys::stat(paths_.blade_file(record.blade, record.image))) return {};
        DIM_CHECK(database_->transaction([&](Transaction& transaction) {
            return transaction.execute(
                "INSERT INTO trashed_blade_image (blade, image, generation, size_bytes, state, "
                "trashed_us, reason) VALUES (?1, ?2, ?3, ?4, 'moving', ?5, ?6)",
                blade, image, record.generation.number(), record.size_bytes, sys::realtime_us(),
                reason);
        }));
        DIM_TRY(found, moving());
    }
    for (const Row& row : found)
        DIM_CHECK(move_in(row));
    return {};
}

Result<void>
BladeTrash::restore(const ComponentName& blade, const ImageName& image,
                    const std::function<Result<void>(const BladeImageRecord&)>& adopt) {
    auto claimed = database_->transaction([&](Transaction& transaction) -> Result<std::int64_t> {
        DIM_CHECK(transaction.execute(
            "UPDATE trashed_blade_image SET state = 'restoring' WHERE number = (SELECT max(number) "
            "FROM trashed_blade_image WHERE blade = ?1 AND image = ?2 AND state = 'kept')",
            blade.text(), image.text()));
        return transaction.changes();
    });
    if (!claimed) return fail(std::move(claimed).error());
    if (*claimed == 0) return fail(nothing_there(blade, image));
    DIM_TRY(const std::vector<Row> found,
            rows("blade = ?1 AND image = ?2 AND state = 'restoring'", blade.text(), image.text()));
    const Row& row = found.front();
    const auto bring_back = [&]() -> Result<void> {
        DIM_CHECK(sys::ensure_directory(paths_.blade_directory(blade), 0700));
        DIM_CHECK(sys::rename(file_of(row), paths_.blade_file(blade, image)));
        DIM_CHECK(sys::fsync(paths_.blade_directory(blade)));
        DIM_CHECK(sys::fsync(paths_.blades()));
        DIM_CHECK(sys::fsync(paths_.trash()));
        return adopt({.blade = blade,
                      .image = image,
                      .generation = row.generation,
                      .state = BladeImageState::ready,
                      .size_bytes = row.size_bytes,
                      .is_exported = false});
    };
    if (auto restored = bring_back(); !restored) {
        DIM_CHECK(move_back(row));
        return restored;
    }
    return forget(row);
}

Result<void> BladeTrash::resume(ImageCatalog& catalog) {
    DIM_TRY(const std::vector<Row> restoring,
            rows("?1 = '' AND ?2 = '' AND state = 'restoring'", "", ""));
    for (const Row& row : restoring) {
        const bool is_known = catalog.blade_image(row.blade, row.image).has_value();
        DIM_CHECK(is_known && !sys::stat(file_of(row)) ? forget(row) : move_back(row));
    }
    DIM_CHECK(delete_claimed());
    return {};
}

Result<void> BladeTrash::check_none_of(const ImageName& image) {
    DIM_TRY(const std::vector<Row> found, rows("image = ?2 AND ?1 = ''", "", image.text()));
    if (found.empty()) return {};
    const std::string blade = found.front().blade.text();
    return fail(Error(ErrorCode::already_exists, "the trash has an image " + image.text() +
                                                     " of blade " + blade +
                                                     ", of an earlier image of that name")
                    .with_cure("'dim blade purge " + blade + " " + image.text() +
                               "' deletes it for ever; or choose another name"));
}

Result<void> BladeTrash::rename(const ImageName& name, const ImageName& new_name) {
    const std::scoped_lock lock(collecting_);
    DIM_TRY(const std::vector<Row> found, rows("image = ?2 AND ?1 = ''", "", name.text()));
    for (const Row& row : found) {
        Row renamed = row;
        renamed.image = new_name;
        if (sys::stat(file_of(row))) DIM_CHECK(sys::rename(file_of(row), file_of(renamed)));
    }
    DIM_CHECK(sys::fsync(paths_.trash()));
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("UPDATE trashed_blade_image SET image = ?2 WHERE image = ?1",
                                   name.text(), new_name.text());
    });
}

Result<api::TrashList> BladeTrash::list() {
    DIM_TRY(const std::vector<Row> found, rows(kOfAll, "", ""));
    api::TrashList list{.images = {}, .days = settings_.days};
    const std::int64_t now = sys::realtime_us();
    for (const Row& row : found) {
        const std::int64_t age = std::max<std::int64_t>(0, now - row.trashed.microseconds());
        const auto status = sys::stat(file_of(row));
        list.images.push_back({.blade = row.blade,
                               .image = row.image,
                               .generation = row.generation,
                               .path = file_of(row),
                               .size_bytes = row.size_bytes,
                               .used_bytes = status ? status->allocated : 0,
                               .trashed = row.trashed,
                               .reason = row.reason,
                               .age_seconds = static_cast<double>(age) / 1e6,
                               .seconds_left = {}});
        if (settings_.days == 0) continue;
        const std::int64_t left = microseconds(settings_.days) - row.kept_us;
        list.images.back().seconds_left =
            static_cast<double>(std::max<std::int64_t>(0, left)) / 1e6;
    }
    return list;
}

/// Rows that are being deleted are nobody else's any more.
Result<std::uint64_t> BladeTrash::delete_claimed() {
    DIM_TRY(const std::vector<Row> found,
            rows("?1 = '' AND ?2 = '' AND state = 'deleting'", "", ""));
    for (const Row& row : found) {
        DIM_CHECK(unlink_file(file_of(row)));
        DIM_CHECK(sys::fsync(paths_.trash()));
        DIM_CHECK(forget(row));
    }
    return found.size();
}

Result<std::uint64_t> BladeTrash::purge(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(collecting_);
    auto claimed = database_->transaction([&](Transaction& transaction) -> Result<std::int64_t> {
        DIM_CHECK(transaction.execute("UPDATE trashed_blade_image SET state = 'deleting' WHERE " +
                                          std::string(kOfBlade),
                                      blade.text(), image.text()));
        return transaction.changes();
    });
    if (!claimed) return fail(std::move(claimed).error());
    if (*claimed == 0) return fail(nothing_there(blade, image));
    DIM_CHECK(delete_claimed());
    return static_cast<std::uint64_t>(*claimed);
}

Result<std::uint64_t> BladeTrash::collect(std::int64_t uptime_us) {
    const std::scoped_lock lock(collecting_);
    const std::int64_t passed =
        collected_us_ ? std::max<std::int64_t>(0, uptime_us - *collected_us_) : 0;
    auto newest = database_->transaction([&](Transaction& transaction) -> Result<std::int64_t> {
        // What came since the last call has been here for an unknown part of that time.
        DIM_CHECK(transaction.execute(
            "UPDATE trashed_blade_image SET kept_us = kept_us + ?1 WHERE number <= ?2", passed,
            newest_then_));
        if (settings_.days != 0) {
            DIM_CHECK(transaction.execute("UPDATE trashed_blade_image SET state = 'deleting' "
                                          "WHERE state = 'kept' AND kept_us >= ?1",
                                          microseconds(settings_.days)));
        }
        DIM_TRY(Statement row,
                transaction.query("SELECT coalesce(max(number), 0) FROM trashed_blade_image"));
        DIM_TRY([[maybe_unused]] const bool has_row, row.next());
        return row.integer(0);
    });
    if (!newest) return fail(std::move(newest).error());
    collected_us_ = uptime_us;
    newest_then_ = *newest;
    return delete_claimed();
}

Result<std::uint64_t> BladeTrash::allocated() {
    DIM_TRY(const std::vector<Row> found, rows("?1 = '' AND ?2 = ''", "", ""));
    std::uint64_t bytes = 0;
    for (const Row& row : found)
        if (const auto status = sys::stat(file_of(row))) bytes += status->allocated;
    return bytes;
}

}  // namespace dim::server
