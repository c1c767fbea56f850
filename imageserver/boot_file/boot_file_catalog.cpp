#include "imageserver/boot_file/boot_file_catalog.hpp"

#include "imageserver/boot_file/boot_file_store.hpp"

#include <limits>

namespace dim::server {

using model::Generation;
using model::ImageName;

const Migration kBootFileMigration{"boot-file-1", R"(
CREATE TABLE boot_file (
    path TEXT NOT NULL PRIMARY KEY,
    image TEXT NOT NULL,
    generation INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    command_line TEXT NOT NULL,
    replaced_us INTEGER
) STRICT;
CREATE UNIQUE INDEX boot_file_current ON boot_file(image, generation) WHERE replaced_us IS NULL;
)"};

// SHA-256 of the authorities' PEM; absent: built before it was noted.
const Migration kBootFileTrustMigration{"boot-file-2", R"(
ALTER TABLE boot_file ADD COLUMN trust TEXT;
)"};

Result<void> BootFileCatalog::make_current(const api::BootFile& file, const std::string& trust,
                                           std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute(
            "UPDATE boot_file SET replaced_us = ?1 WHERE image = ?2 AND replaced_us IS NULL",
            now_us, file.image.text()));
        return transaction.execute(
            "INSERT OR REPLACE INTO boot_file "
            "(path, image, generation, bytes, sha256, command_line, replaced_us, trust) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7)",
            file.path, file.image.text(), file.generation.number(), file.bytes, file.sha256,
            file.command_line, trust);
    });
}

Result<std::vector<ImageName>> BootFileCatalog::not_trusting(const std::string& trust) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::vector<ImageName>> {
        DIM_TRY(Statement rows,
                transaction.query("SELECT DISTINCT image FROM boot_file WHERE replaced_us IS NULL "
                                  "AND trust IS NOT ?1 ORDER BY image",
                                  trust));
        std::vector<ImageName> images;
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) return images;
            DIM_TRY(ImageName image, ImageName::parse(rows.text(0)));
            images.push_back(std::move(image));
        }
    });
}

Result<void> BootFileCatalog::clamp(std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("UPDATE boot_file SET replaced_us = ?1 WHERE replaced_us > ?1",
                                   now_us);
    });
}

Result<std::optional<api::BootFile>> BootFileCatalog::current(const ImageName& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::optional<api::BootFile>> {
            DIM_TRY(Statement row,
                    transaction.query("SELECT path, bytes, sha256, command_line, generation "
                                      "FROM boot_file WHERE image = ?1 AND replaced_us IS NULL",
                                      image.text()));
            DIM_TRY(const bool is_there, row.next());
            if (!is_there) return std::optional<api::BootFile>();
            DIM_TRY(const Generation generation,
                    Generation::from_number(static_cast<std::uint32_t>(row.integer(4))));
            return api::BootFile{.image = image,
                                 .generation = generation,
                                 .path = row.text(0),
                                 .bytes = static_cast<std::uint64_t>(row.integer(1)),
                                 .sha256 = row.text(2),
                                 .command_line = row.text(3)};
        });
}

Result<std::int64_t> BootFileCatalog::last_used_us(const std::string& path,
                                                   std::int64_t unknown_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::int64_t> {
        DIM_TRY(Statement row,
                transaction.query("SELECT replaced_us FROM boot_file WHERE path = ?1", path));
        DIM_TRY(const bool is_there, row.next());
        if (!is_there) return unknown_us;
        return row.optional_integer(0).value_or(std::numeric_limits<std::int64_t>::max());
    });
}

Result<void> BootFileCatalog::forget(const std::string& path) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("DELETE FROM boot_file WHERE path = ?1", path);
    });
}

}  // namespace dim::server
