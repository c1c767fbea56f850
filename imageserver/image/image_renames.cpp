#include "imageserver/image/image_renames.hpp"

#include "imageserver/state/read_rows.hpp"
#include "libdim/base/text.hpp"

namespace dim::server {

using model::ImageName;

const Migration kImageRenameMigration{"image-rename-1", R"(
CREATE TABLE image_rename (
    name TEXT NOT NULL PRIMARY KEY,
    new_name TEXT NOT NULL UNIQUE
) STRICT;
)"};

namespace {

/// The first column of what is found, at most that of a line.
Result<std::string> names_found(Statement rows) {
    std::string names;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return printable(names, 400);
        names.append(names.empty() ? "" : " ").append(rows.text(0));
    }
}

Result<void> check_renamable(Transaction& transaction, const ImageRenames::Rename& rename) {
    const std::string& name = rename.name.text();
    DIM_TRY(Statement image, transaction.query("SELECT name FROM image WHERE name = ?1", name));
    DIM_TRY(const std::string known, names_found(std::move(image)));
    if (known.empty())
        return fail(Error(ErrorCode::not_found, "there is no image " + name)
                        .with_cure("see 'dim image list'"));
    DIM_TRY(Statement taken,
            transaction.query("SELECT name FROM image WHERE name = ?1", rename.new_name.text()));
    DIM_TRY(const std::string other, names_found(std::move(taken)));
    if (!other.empty())
        return fail(Error(ErrorCode::already_exists, "there is an image " + other + " already")
                        .with_cure("choose another name"));
    DIM_TRY(Statement exported,
            transaction.query("SELECT blade FROM blade_image WHERE image = ?1 AND is_exported = 1 "
                              "ORDER BY blade",
                              name));
    DIM_TRY(const std::string blades, names_found(std::move(exported)));
    if (!blades.empty())
        return fail(
            Error(ErrorCode::conflict,
                  "these blades' images of " + name + " are exported: " + blades)
                .with_cure("power the blades off, then: dim undeploy " + blades + " " + name));
    DIM_TRY(Statement busy,
            transaction.query("SELECT 'generation ' || generation FROM image_generation WHERE "
                              "image = ?1 AND (state <> 'ready' OR is_collected = 1) UNION ALL "
                              "SELECT 'image of ' || blade FROM blade_image WHERE image = ?1 AND "
                              "state <> 'ready'",
                              name));
    DIM_TRY(const std::string unfinished, names_found(std::move(busy)));
    if (unfinished.empty()) return {};
    return fail(ErrorCode::conflict, "of image " + name + " this is not finished: " + unfinished);
}

}  // namespace

Result<void> ImageRenames::begin(const Rename& rename) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(check_renamable(transaction, rename));
        return transaction.execute("INSERT INTO image_rename (name, new_name) VALUES (?1, ?2)",
                                   rename.name.text(), rename.new_name.text());
    });
}

Result<std::vector<ImageRenames::Rename>> ImageRenames::unfinished() {
    return database_->transaction([&](Transaction& transaction) -> Result<std::vector<Rename>> {
        DIM_TRY(Statement rows,
                transaction.query("SELECT name, new_name FROM image_rename ORDER BY name"));
        return read_rows(std::move(rows), [](const Statement& row) -> Result<Rename> {
            DIM_TRY(ImageName name, ImageName::parse(row.text(0)));
            DIM_TRY(ImageName new_name, ImageName::parse(row.text(1)));
            return Rename{.name = std::move(name), .new_name = std::move(new_name)};
        });
    });
}

Result<void> ImageRenames::finish(const Rename& rename, std::span<const std::string> tables) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        // They refer to each other: what counts is how they are at the end.
        DIM_CHECK(transaction.execute("PRAGMA defer_foreign_keys = ON"));
        const std::string& from = rename.name.text();
        const std::string& to = rename.new_name.text();
        DIM_CHECK(transaction.execute("UPDATE image SET name = ?2 WHERE name = ?1", from, to));
        const auto follow = [&](std::string_view table) {
            // What is left of an earlier image of that name is of no use to anybody.
            return transaction.execute("UPDATE OR REPLACE " + std::string(table) +
                                           " SET image = ?2 WHERE image = ?1",
                                       from, to);
        };
        for (const std::string_view table : {"image_generation", "blade_image", "blade_image_check",
                                             "image_pin", "generation_use", "open_conflict"})
            DIM_CHECK(follow(table));
        for (const std::string& table : tables)
            DIM_CHECK(follow(table));
        return transaction.execute("DELETE FROM image_rename WHERE name = ?1", from);
    });
}

Result<void> ImageRenames::forget(const Rename& rename) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("DELETE FROM image_rename WHERE name = ?1", rename.name.text());
    });
}

}  // namespace dim::server
