#include "imageserver/boot_file/boot_file_catalog.hpp"

#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/state/read_rows.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace dim::server {

using model::Generation;
using model::ImageName;

namespace {

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

// Files that differ from that of BASE in the kernel command line only.
const Migration kBootFileVariantMigration{"boot-file-3", R"(
CREATE TABLE boot_file_variant (
    path TEXT NOT NULL PRIMARY KEY,
    base TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)"};

// The kernel's release; absent: built before it was noted.
const Migration kBootFileKernelMigration{"boot-file-4", R"(
ALTER TABLE boot_file ADD COLUMN kernel TEXT;
)"};

// A kernel that is the image's own: the last generation that is known to have it, by which mark,
// and its uname -v.
const Migration kBootFileGenerationsMigration{"boot-file-5", R"(
ALTER TABLE boot_file ADD COLUMN last_generation INTEGER;
ALTER TABLE boot_file ADD COLUMN kernel_mark TEXT;
ALTER TABLE boot_file ADD COLUMN kernel_version TEXT;
)"};

// What was wished for when it was built, and the files for platforms with more drivers: each beside
// that of BASE, whose generations and words are its own.
const Migration kBootFilePlatformMigration{"boot-file-6", R"(
ALTER TABLE boot_file ADD COLUMN drivers TEXT;
ALTER TABLE boot_file ADD COLUMN kernel_wish TEXT;
CREATE TABLE platform_boot_file (
    base TEXT NOT NULL,
    drivers TEXT NOT NULL,
    path TEXT NOT NULL,
    replaced_us INTEGER,
    PRIMARY KEY (base, drivers)
) STRICT, WITHOUT ROWID;
CREATE INDEX platform_boot_file_path ON platform_boot_file(path);
)"};

// When no blade was told of it any more.
const Migration kBootFileVariantUseMigration{"boot-file-7", R"(
ALTER TABLE boot_file_variant ADD COLUMN replaced_us INTEGER;
)"};

std::string text_of(const std::vector<std::string>& drivers) {
    std::string text;
    for (const std::string& driver : drivers)
        text.append(text.empty() ? "" : " ").append(driver);
    return text;
}

std::vector<std::string> drivers_in(const std::string& text) {
    std::vector<std::string> drivers;
    for (const std::string_view driver : split_words(text))
        drivers.emplace_back(driver);
    return drivers;
}

}  // namespace

std::span<const Migration> boot_file_migrations() {
    static const std::array all{
        kBootFileMigration,          kBootFileTrustMigration,       kBootFileVariantMigration,
        kBootFileKernelMigration,    kBootFileGenerationsMigration, kBootFilePlatformMigration,
        kBootFileVariantUseMigration};
    return all;
}

bool KnownBootFile::covers(Generation generation) const {
    return file.generation <= generation && generation <= last_generation;
}

const KnownBootFile* file_for(const std::vector<KnownBootFile>& files, Generation generation) {
    if (files.empty()) return nullptr;
    const auto after = std::ranges::upper_bound(
        files, generation, {}, [](const KnownBootFile& known) { return known.file.generation; });
    return after == files.begin() ? &files.front() : &*std::prev(after);
}

Result<void> BootFileCatalog::make_current(const KnownBootFile& known, KernelOwner owner,
                                           const std::string& trust, std::int64_t now_us) {
    const api::BootFile& file = known.file;
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE boot_file SET replaced_us = ?1 WHERE image = ?2 AND "
                                      "(generation = ?3 OR ?4) AND replaced_us IS NULL",
                                      now_us, file.image.text(), file.generation.number(),
                                      owner == KernelOwner::server));
        return transaction.execute(
            "INSERT OR REPLACE INTO boot_file "
            "(path, image, generation, bytes, sha256, command_line, replaced_us, trust, kernel, "
            "last_generation, kernel_mark, kernel_version, drivers, kernel_wish) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            file.path, file.image.text(), file.generation.number(), file.bytes, file.sha256,
            file.command_line, trust, file.kernel, known.last_generation.number(),
            known.kernel_mark, file.kernel_version,
            file.wished_drivers ? std::optional(text_of(*file.wished_drivers)) : std::nullopt,
            file.wished_kernel);
    });
}

Result<void> BootFileCatalog::extend(const std::string& path, Generation last,
                                     const std::string& mark) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "UPDATE boot_file SET last_generation = ?2, kernel_mark = ?3 WHERE path = ?1", path,
            last.number(), mark);
    });
}

Result<void> BootFileCatalog::keep(const std::string& path, Generation generation) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("UPDATE boot_file SET generation = ?2, last_generation = ?2, "
                                   "replaced_us = NULL WHERE path = ?1",
                                   path, generation.number());
    });
}

Result<std::vector<ImageName>> BootFileCatalog::images_where(std::string_view condition,
                                                             const std::string& trust) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::vector<ImageName>> {
        DIM_TRY(Statement rows,
                transaction.query("SELECT DISTINCT image FROM boot_file WHERE replaced_us IS NULL "
                                  "AND " +
                                      std::string(condition) + " ORDER BY image",
                                  trust));
        return read_rows(std::move(rows),
                         [](const Statement& row) { return ImageName::parse(row.text(0)); });
    });
}

Result<std::vector<ImageName>> BootFileCatalog::not_trusting(const std::string& trust) {
    return images_where("trust IS NOT ?1", trust);
}

Result<std::vector<ImageName>> BootFileCatalog::images() { return images_where("?1 = ''", ""); }

Result<void> BootFileCatalog::clamp(std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        for (const char* table : {"boot_file", "platform_boot_file", "boot_file_variant"})
            DIM_CHECK(transaction.execute("UPDATE " + std::string(table) +
                                              " SET replaced_us = ?1 WHERE replaced_us > ?1",
                                          now_us));
        return {};
    });
}

namespace {

Result<Generation> read_generation(std::int64_t number) {
    return Generation::from_number(static_cast<std::uint32_t>(number));
}

Result<KnownBootFile> read_boot_file(const Statement& row) {
    DIM_TRY(const Generation generation, read_generation(row.integer(4)));
    DIM_TRY(const Generation last,
            read_generation(row.optional_integer(7).value_or(generation.number())));
    DIM_TRY(ImageName name, ImageName::parse(row.text(5)));
    return KnownBootFile{.file = {.image = std::move(name),
                                  .generation = generation,
                                  .path = row.text(0),
                                  .bytes = static_cast<std::uint64_t>(row.integer(1)),
                                  .sha256 = row.text(2),
                                  .command_line = row.text(3),
                                  .kernel = row.optional_text(6),
                                  .kernel_version = row.optional_text(9),
                                  .wished_drivers = row.optional_text(10).transform(drivers_in),
                                  .wished_kernel = row.optional_text(11)},
                         .last_generation = last,
                         .kernel_mark = row.optional_text(8).value_or("")};
}

}  // namespace

Result<std::vector<KnownBootFile>> BootFileCatalog::current_where(std::string_view condition,
                                                                  const std::string& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<KnownBootFile>> {
            DIM_TRY(Statement rows,
                    transaction.query(
                        "SELECT path, bytes, sha256, command_line, generation, image, kernel, "
                        "last_generation, kernel_mark, kernel_version, drivers, kernel_wish "
                        "FROM boot_file WHERE replaced_us IS NULL AND " +
                            std::string(condition) + " ORDER BY generation",
                        image));
            return read_rows(std::move(rows), read_boot_file);
        });
}

Result<std::vector<KnownBootFile>> BootFileCatalog::current(const ImageName& image) {
    return current_where("image = ?1", image.text());
}

Result<std::vector<api::BootFile>> BootFileCatalog::misplaced() {
    DIM_TRY(auto known,
            current_where("?1 = '' AND substr(path, 1, length(image) + 1) <> image || '/'", ""));
    std::vector<api::BootFile> files;
    for (KnownBootFile& each : known)
        files.push_back(std::move(each.file));
    return files;
}

Result<void> BootFileCatalog::replace(const std::string& path, std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "UPDATE boot_file SET replaced_us = ?2 WHERE path = ?1 AND replaced_us IS NULL", path,
            now_us);
    });
}

Result<void> BootFileCatalog::retire(const ImageName& image, std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "UPDATE boot_file SET replaced_us = ?2 WHERE image = ?1 AND replaced_us IS NULL",
            image.text(), now_us);
    });
}

Result<void> BootFileCatalog::move(const std::string& from, const std::string& to,
                                   std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE boot_file SET replaced_us = ?2 WHERE path = ?1", from,
                                      now_us));
        return transaction.execute(
            "INSERT OR REPLACE INTO boot_file "
            "(path, image, generation, bytes, sha256, command_line, replaced_us, trust, kernel, "
            "last_generation, kernel_mark, kernel_version, drivers, kernel_wish) "
            "SELECT ?2, image, generation, bytes, sha256, command_line, NULL, trust, kernel, "
            "last_generation, kernel_mark, kernel_version, drivers, kernel_wish FROM boot_file "
            "WHERE path = ?1",
            from, to);
    });
}

Result<std::int64_t> BootFileCatalog::last_used_us(const std::string& path,
                                                   std::int64_t unknown_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::int64_t> {
        // That of a platform has been replaced when it was, or the one that it stands beside; a
        // variant the same.
        DIM_TRY(
            Statement row,
            transaction.query(
                "WITH asked(path) AS (SELECT ?1 UNION SELECT base FROM boot_file_variant "
                "WHERE path = ?1)"
                ", file(path, us) AS ("
                "SELECT path, coalesce(replaced_us, ?2) FROM boot_file JOIN asked USING (path) "
                "UNION ALL SELECT asked.path, min(coalesce(platform_boot_file.replaced_us, ?2), "
                "coalesce(boot_file.replaced_us, ?2)) FROM platform_boot_file "
                "JOIN asked ON platform_boot_file.path = asked.path "
                "JOIN boot_file ON boot_file.path = platform_boot_file.base) "
                "SELECT max(us) FROM ("
                "SELECT us FROM file WHERE path = ?1 "
                "UNION ALL SELECT min(coalesce(replaced_us, ?2), us) FROM boot_file_variant "
                "JOIN file ON file.path = base WHERE boot_file_variant.path = ?1)",
                path, std::numeric_limits<std::int64_t>::max()));
        DIM_TRY([[maybe_unused]] const bool is_there, row.next());
        // Of none there is no largest one.
        return row.optional_integer(0).value_or(unknown_us);
    });
}

Result<void> BootFileCatalog::forget(const std::string& path) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("DELETE FROM boot_file_variant WHERE path = ?1", path));
        DIM_CHECK(transaction.execute("DELETE FROM platform_boot_file WHERE path = ?1 OR base = ?1",
                                      path));
        return transaction.execute("DELETE FROM boot_file WHERE path = ?1", path);
    });
}

Result<void> BootFileCatalog::add_platform_file(const std::string& base,
                                                const PlatformBootFile& file) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "INSERT OR REPLACE INTO platform_boot_file VALUES (?1, ?2, ?3, NULL)", base,
            text_of(file.drivers), file.path);
    });
}

Result<std::vector<PlatformBootFile>> BootFileCatalog::platform_files(const std::string& base) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<PlatformBootFile>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT drivers, path FROM platform_boot_file "
                                      "WHERE base = ?1 AND replaced_us IS NULL ORDER BY drivers",
                                      base));
            return read_rows(std::move(rows), [](const Statement& row) -> Result<PlatformBootFile> {
                return PlatformBootFile{.drivers = drivers_in(row.text(0)), .path = row.text(1)};
            });
        });
}

Result<void>
BootFileCatalog::replace_platform_files(const std::set<std::vector<std::string>>& wanted,
                                        std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(Statement rows, transaction.query("SELECT DISTINCT drivers FROM platform_boot_file "
                                                  "WHERE replaced_us IS NULL"));
        DIM_TRY(const auto known,
                read_rows(std::move(rows),
                          [](const Statement& row) -> Result<std::string> { return row.text(0); }));
        for (const std::string& drivers : known)
            if (!wanted.contains(drivers_in(drivers)))
                DIM_CHECK(transaction.execute("UPDATE platform_boot_file SET replaced_us = ?1 "
                                              "WHERE drivers = ?2 AND replaced_us IS NULL",
                                              now_us, drivers));
        return {};
    });
}

Result<void> BootFileCatalog::add_variant(const std::string& path, const std::string& base) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        // Told again at each start: nothing is written then, also on a disk that is full.
        DIM_TRY(Statement known,
                transaction.query("SELECT 1 FROM boot_file_variant "
                                  "WHERE path = ?1 AND base = ?2 AND replaced_us IS NULL",
                                  path, base));
        DIM_TRY(const bool is_known, known.next());
        if (is_known) return {};
        return transaction.execute("INSERT OR REPLACE INTO boot_file_variant VALUES (?1, ?2, NULL)",
                                   path, base);
    });
}

Result<void> BootFileCatalog::replace_variants(const std::set<std::string>& named,
                                               std::int64_t now_us) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(Statement rows,
                transaction.query("SELECT path, replaced_us FROM boot_file_variant"));
        using Known = std::pair<std::string, bool>;
        DIM_TRY(const auto all,
                read_rows(std::move(rows), [](const Statement& row) -> Result<Known> {
                    return Known(row.text(0), !row.optional_integer(1));
                }));
        for (const auto& [path, is_in_use] : all)
            if (named.contains(path) != is_in_use)
                DIM_CHECK(transaction.execute(
                    "UPDATE boot_file_variant SET replaced_us = ?2 WHERE path = ?1", path,
                    is_in_use ? std::optional(now_us) : std::nullopt));
        return {};
    });
}

}  // namespace dim::server
