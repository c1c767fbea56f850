#include "imageserver/image/image_catalog.hpp"

#include "imageserver/image/image_store.hpp"
#include "libdim/base/text.hpp"
#include "libdim/model/enum_text.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

const Migration kImageMigration{"image-1", R"(
CREATE TABLE image (
    name TEXT NOT NULL PRIMARY KEY,
    architecture TEXT NOT NULL,
    init TEXT NOT NULL,
    shared TEXT NOT NULL,
    blade_image_bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE image_generation (
    image TEXT NOT NULL REFERENCES image(name),
    generation INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('importing', 'ready')),
    created_us INTEGER NOT NULL,
    PRIMARY KEY (image, generation)
) STRICT;
CREATE TABLE blade_image (
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('creating', 'ready', 'deleting')),
    size_bytes INTEGER NOT NULL,
    is_exported INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (blade, image),
    FOREIGN KEY (image, generation) REFERENCES image_generation(image, generation)
) STRICT;
)"};

const Migration kImageGenerationMigration{"image-generation-1", R"(
ALTER TABLE image_generation ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE image_generation ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE image_generation ADD COLUMN shared_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE image_generation ADD COLUMN golden_digest TEXT NOT NULL DEFAULT '';
)"};

const Migration kImageSourceMigration{"image-source-1", R"(
ALTER TABLE image_generation ADD COLUMN exclude TEXT NOT NULL DEFAULT '';
ALTER TABLE image_generation ADD COLUMN one_file_system INTEGER NOT NULL DEFAULT 0;
)"};

const Migration kImageCollectionMigration{"image-collection-1", R"(
ALTER TABLE image_generation ADD COLUMN is_collected INTEGER NOT NULL DEFAULT 0;
)"};

constexpr model::EnumWords<BladeImageState, 3> kStateWords{{
    {BladeImageState::creating, "creating"},
    {BladeImageState::ready, "ready"},
    {BladeImageState::deleting, "deleting"},
}};

constexpr std::string_view kSelectImages =
    "SELECT i.name, i.architecture, max(g.generation), i.shared, i.init, i.blade_image_bytes, "
    "g.created_us, (SELECT count(*) FROM blade_image b WHERE b.image = i.name AND "
    "b.state = 'ready') FROM image i JOIN image_generation g ON g.image = i.name "
    "WHERE g.state = 'ready' AND (?1 IS NULL OR i.name = ?1) GROUP BY i.name ORDER BY i.name";

constexpr std::string_view kSelectBladeImages =
    "SELECT blade, image, generation, state, size_bytes, is_exported FROM blade_image "
    "WHERE ?1 IS NULL OR (blade = ?1 AND image = ?2) ORDER BY blade, image";

// No directory's name has a slash in it.
std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names)
        text.append(text.empty() ? "" : "/").append(name);
    return text;
}

std::vector<std::string> split_names(const std::string& text) {
    std::vector<std::string> names;
    if (text.empty()) return names;
    for (const std::string_view name : split(text, '/'))
        names.emplace_back(name);
    return names;
}

Result<api::ImageSummary> read_image(const Statement& row) {
    DIM_TRY(ImageName name, ImageName::parse(row.text(0)));
    DIM_TRY(const model::Architecture architecture, model::parse_architecture(row.text(1)));
    DIM_TRY(const Generation generation,
            Generation::from_number(static_cast<std::uint32_t>(row.integer(2))));
    DIM_TRY(const model::Timestamp created, model::Timestamp::from_microseconds(row.integer(6)));
    return api::ImageSummary{.name = std::move(name),
                             .architecture = architecture,
                             .generation = generation,
                             .shared = split_names(row.text(3)),
                             .init = row.text(4),
                             .blade_image_bytes = static_cast<std::uint64_t>(row.integer(5)),
                             .created = created,
                             .zimage_bytes = {},
                             .blade_images = static_cast<std::uint32_t>(row.integer(7))};
}

// No pattern has a line feed in it.
std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line + '\n';
    return text;
}

/// Of what is no master its text tells all.
Result<std::optional<api::ImageSource>>
read_master(const std::string& source, const std::string& exclude, bool one_file_system) {
    if (!source.starts_with('/') && !source.starts_with("ssh://")) return std::nullopt;
    DIM_TRY(model::MasterSource parsed, model::MasterSource::parse(source));
    api::ImageSource master{
        .source = std::move(parsed), .exclude = {}, .one_file_system = one_file_system};
    for (const std::string_view line : split(exclude, '\n'))
        if (!line.empty()) master.exclude.emplace_back(line);
    return master;
}

Result<GenerationRecord> read_generation(const Statement& row) {
    DIM_TRY(ImageName image, ImageName::parse(row.text(0)));
    DIM_TRY(const Generation generation,
            Generation::from_number(static_cast<std::uint32_t>(row.integer(1))));
    DIM_TRY(const model::Timestamp created, model::Timestamp::from_microseconds(row.integer(2)));
    DIM_TRY(auto master, read_master(row.text(4), row.text(7), row.integer(8) != 0));
    return GenerationRecord{.image = std::move(image),
                            .generation = generation,
                            .created = created,
                            .label = row.text(3),
                            .source = row.text(4),
                            .master = std::move(master),
                            .shared_digest = row.text(5),
                            .golden_digest = row.text(6)};
}

Result<BladeImageRecord> read_blade_image(const Statement& row) {
    DIM_TRY(ComponentName blade, ComponentName::parse(row.text(0)));
    DIM_TRY(ImageName image, ImageName::parse(row.text(1)));
    DIM_TRY(const Generation generation,
            Generation::from_number(static_cast<std::uint32_t>(row.integer(2))));
    DIM_TRY(const BladeImageState state,
            model::parse_word(kStateWords, "state of a blade image", row.text(3)));
    return BladeImageRecord{.blade = std::move(blade),
                            .image = std::move(image),
                            .generation = generation,
                            .state = state,
                            .size_bytes = static_cast<std::uint64_t>(row.integer(4)),
                            .is_exported = row.integer(5) != 0};
}

template <class Record>
Result<std::vector<Record>> read_all(Statement rows, Result<Record> (*read)(const Statement&)) {
    std::vector<Record> records;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return records;
        DIM_TRY(Record record, read(rows));
        records.push_back(std::move(record));
    }
}

std::string name_of(const ComponentName& blade, const ImageName& image) {
    return "image " + image.text() + " of blade " + blade.text();
}

Error unknown_blade_image(const ComponentName& blade, const ImageName& image) {
    return Error(ErrorCode::not_found, "there is no " + name_of(blade, image))
        .with_cure("create it: dim blade create " + blade.text() + " " + image.text());
}

Error exported(const ComponentName& blade, const ImageName& image) {
    return Error(ErrorCode::conflict,
                 "the " + name_of(blade, image) + " is exported; the blade may be using it")
        .with_cure("power the blade off, then: dim nfs unexport " + blade.text() + " " +
                   image.text());
}

Result<void> insert_image(Transaction& transaction, const api::ImageSummary& image) {
    return transaction.execute(
        "INSERT INTO image (name, architecture, init, shared, blade_image_bytes) "
        "VALUES (?1, ?2, ?3, ?4, ?5)",
        image.name.text(), to_string(image.architecture), image.init, join(image.shared),
        image.blade_image_bytes);
}

Result<void> insert_generation(Transaction& transaction, const GenerationRecord& record,
                               std::string_view state) {
    return transaction.execute(
        "INSERT INTO image_generation (image, generation, state, created_us, label, source, "
        "exclude, one_file_system) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        record.image.text(), record.generation.number(), state, record.created.microseconds(),
        record.label, record.source,
        record.master ? join_lines(record.master->exclude) : std::string(),
        record.master && record.master->one_file_system);
}

GenerationRecord generation_of(const api::ImageSummary& image, Generation generation,
                               std::string source) {
    return {.image = image.name,
            .generation = generation,
            .created = image.created,
            .label = {},
            .source = std::move(source),
            .master = {},
            .shared_digest = {},
            .golden_digest = {}};
}

Error unknown_generation(const ImageCatalog::GenerationKey& key) {
    return Error(ErrorCode::not_found,
                 "image " + key.first.text() + " has no generation " + to_string(key.second))
        .with_cure("see 'dim image generations " + key.first.text() + "'");
}

Error unknown_image(const ImageName& name) {
    return Error(ErrorCode::not_found, "there is no image " + name.text())
        .with_cure("see 'dim image list'; make one with 'dim image import'");
}

}  // namespace

std::span<const Migration> image_migrations() {
    static const std::array all{kImageMigration, kImageGenerationMigration, kImageSourceMigration,
                                kImageCollectionMigration, kBladeTrashMigration};
    return all;
}

Result<void> ImageCatalog::begin_import(const api::ImageSummary& image,
                                        const api::ImageSource& source) {
    auto begun = database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(insert_image(transaction, image));
        GenerationRecord record = generation_of(image, image.generation, to_string(source.source));
        record.master = source;
        return insert_generation(transaction, record, "importing");
    });
    if (!begun && begun.error().code() == ErrorCode::already_exists) {
        return fail(
            Error(ErrorCode::already_exists, "there is an image " + image.name.text() + " already")
                .with_cure("choose another name"));
    }
    return begun;
}

Result<void> ImageCatalog::adopt_image(const api::ImageSummary& image,
                                       const std::vector<Generation>& generations) {
    auto adopted = database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(insert_image(transaction, image));
        for (const Generation generation : generations)
            DIM_CHECK(insert_generation(transaction, generation_of(image, generation, "adopted"),
                                        "ready"));
        return {};
    });
    if (adopted || adopted.error().code() != ErrorCode::already_exists) return adopted;
    return fail(ErrorCode::already_exists, "the image " + image.name.text() + " is known already");
}

Result<void> ImageCatalog::adopt_blade_image(const BladeImageRecord& record) {
    auto adopted = database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "INSERT INTO blade_image (blade, image, generation, state, size_bytes) "
            "VALUES (?1, ?2, ?3, 'ready', ?4)",
            record.blade.text(), record.image.text(), record.generation.number(),
            record.size_bytes);
    });
    if (adopted || adopted.error().code() != ErrorCode::already_exists) return adopted;
    return fail(ErrorCode::already_exists,
                "the " + name_of(record.blade, record.image) + " is known already");
}

Result<void> ImageCatalog::begin_generation(const GenerationRecord& record) {
    return database_->transaction([&](Transaction& transaction) {
        return insert_generation(transaction, record, "importing");
    });
}

Result<void> ImageCatalog::finish_generation(const GenerationKey& key,
                                             const GenerationDigests& digests) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "UPDATE image_generation SET state = 'ready', shared_digest = ?3, golden_digest = ?4 "
            "WHERE image = ?1 AND generation = ?2",
            key.first.text(), key.second.number(), digests.shared, digests.golden);
    });
}

Result<std::vector<GenerationRecord>> ImageCatalog::generations_of(const ImageName& name) {
    DIM_CHECK(image(name));
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<GenerationRecord>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT image, generation, created_us, label, source, "
                                      "shared_digest, golden_digest, exclude, one_file_system "
                                      "FROM image_generation "
                                      "WHERE image = ?1 AND state = 'ready' AND is_collected = 0 "
                                      "ORDER BY generation",
                                      name.text()));
            return read_all<GenerationRecord>(std::move(rows), read_generation);
        });
}

Result<std::optional<api::ImageSource>> ImageCatalog::last_master(const ImageName& name) {
    DIM_TRY(const auto records, generations_of(name));
    std::optional<api::ImageSource> last;
    for (const GenerationRecord& record : records)
        if (record.master) last = record.master;
    return last;
}

Result<void> ImageCatalog::set_label(const GenerationKey& key, const std::string& label) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE image_generation SET label = ?3 "
                                      "WHERE image = ?1 AND generation = ?2 AND state = 'ready'",
                                      key.first.text(), key.second.number(), label));
        if (transaction.changes() != 0) return {};
        return fail(unknown_generation(key));
    });
}

Result<void> ImageCatalog::begin_removal(const ImageName& name) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute(
            "UPDATE image_generation SET state = 'importing' WHERE image = ?1 AND NOT EXISTS "
            "(SELECT 1 FROM blade_image WHERE image = ?1)",
            name.text()));
        if (transaction.changes() != 0) return {};
        return fail(ErrorCode::conflict, "there is a blade image of " + name.text());
    });
}

Result<void> ImageCatalog::forget_image(const ImageName& name) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(
            transaction.execute("DELETE FROM image_generation WHERE image = ?1", name.text()));
        return transaction.execute("DELETE FROM image WHERE name = ?1", name.text());
    });
}

Result<void> ImageCatalog::forget_generation(const GenerationKey& key) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(
            transaction.execute("DELETE FROM image_generation WHERE image = ?1 AND generation = ?2",
                                key.first.text(), key.second.number()));
        return transaction.execute("DELETE FROM image WHERE name = ?1 AND NOT EXISTS "
                                   "(SELECT 1 FROM image_generation WHERE image = ?1)",
                                   key.first.text());
    });
}

Result<void> ImageCatalog::begin_collection(const GenerationKey& key) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute(
            "UPDATE image_generation SET is_collected = 1 WHERE image = ?1 AND generation = ?2 AND "
            "state = 'ready' AND NOT EXISTS (SELECT 1 FROM blade_image WHERE image = ?1 AND "
            "generation = ?2) AND EXISTS (SELECT 1 FROM image_generation WHERE image = ?1 AND "
            "generation > ?2 AND state = 'ready')",
            key.first.text(), key.second.number()));
        if (transaction.changes() != 0) return {};
        return fail(Error(ErrorCode::conflict, "generation " + to_string(key.second) +
                                                   " of image " + key.first.text() +
                                                   " has come into use meanwhile")
                        .with_cure("the same command again deletes the others"));
    });
}

Result<std::vector<ImageCatalog::GenerationKey>>
ImageCatalog::generations_where(std::string_view condition) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<GenerationKey>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT image, generation FROM image_generation WHERE " +
                                      std::string(condition) + " ORDER BY image, generation"));
            return read_all<GenerationKey>(
                std::move(rows), [](const Statement& row) -> Result<GenerationKey> {
                    DIM_TRY(ImageName name, ImageName::parse(row.text(0)));
                    DIM_TRY(const Generation generation,
                            Generation::from_number(static_cast<std::uint32_t>(row.integer(1))));
                    return GenerationKey(std::move(name), generation);
                });
        });
}

Result<std::vector<ImageCatalog::GenerationKey>> ImageCatalog::unfinished_generations() {
    return generations_where("state = 'importing'");
}

Result<std::vector<ImageCatalog::GenerationKey>> ImageCatalog::finished_generations() {
    return generations_where("state = 'ready' AND is_collected = 0");
}

Result<std::vector<ImageCatalog::GenerationKey>> ImageCatalog::collected_generations() {
    return generations_where("is_collected = 1");
}

Result<std::set<ImageCatalog::GenerationKey>> ImageCatalog::known_generations() {
    DIM_TRY(const auto all, generations_where("1"));
    return std::set<GenerationKey>(all.begin(), all.end());
}

Result<api::ImageSummary> ImageCatalog::image(const ImageName& name) {
    auto found = database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<api::ImageSummary>> {
            DIM_TRY(Statement rows, transaction.query(kSelectImages, name.text()));
            return read_all<api::ImageSummary>(std::move(rows), read_image);
        });
    if (!found) return fail(std::move(found).error());
    if (found->empty()) return fail(unknown_image(name));
    return std::move(found->front());
}

Result<std::vector<api::ImageSummary>> ImageCatalog::images() {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<api::ImageSummary>> {
            DIM_TRY(Statement rows, transaction.query(kSelectImages, std::optional<std::string>()));
            return read_all<api::ImageSummary>(std::move(rows), read_image);
        });
}

Result<void> ImageCatalog::begin_blade_image(const BladeImageRecord& record) {
    auto begun = database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "INSERT INTO blade_image (blade, image, generation, state, size_bytes) "
            "VALUES (?1, ?2, ?3, 'creating', ?4)",
            record.blade.text(), record.image.text(), record.generation.number(),
            record.size_bytes);
    });
    if (!begun && begun.error().code() == ErrorCode::already_exists) {
        return fail(Error(ErrorCode::already_exists,
                          "there is an " + name_of(record.blade, record.image) + " already")
                        .with_cure("keep it, or delete it first, with all the blade wrote: dim "
                                   "blade delete " +
                                   record.blade.text() + " " + record.image.text()));
    }
    return begun;
}

Result<void> ImageCatalog::finish_blade_image(const ComponentName& blade, const ImageName& image) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "UPDATE blade_image SET state = 'ready' WHERE blade = ?1 AND image = ?2", blade.text(),
            image.text());
    });
}

Result<void> ImageCatalog::begin_deletion(const ComponentName& blade, const ImageName& image) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE blade_image SET state = 'deleting' "
                                      "WHERE blade = ?1 AND image = ?2 AND is_exported = 0",
                                      blade.text(), image.text()));
        if (transaction.changes() != 0) return {};
        return fail(exported(blade, image));
    });
}

Result<void> ImageCatalog::set_exported(const ComponentName& blade, const ImageName& image,
                                        bool is_exported) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE blade_image SET is_exported = ?3 "
                                      "WHERE blade = ?1 AND image = ?2 AND state = 'ready'",
                                      blade.text(), image.text(), is_exported));
        if (transaction.changes() != 0) return {};
        return fail(unknown_blade_image(blade, image));
    });
}

Result<void> ImageCatalog::forget_blade_image(const ComponentName& blade, const ImageName& image) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute("DELETE FROM blade_image WHERE blade = ?1 AND image = ?2",
                                   blade.text(), image.text());
    });
}

Result<BladeImageRecord> ImageCatalog::blade_image(const ComponentName& blade,
                                                   const ImageName& image) {
    auto found = database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<BladeImageRecord>> {
            DIM_TRY(Statement rows,
                    transaction.query(kSelectBladeImages, blade.text(), image.text()));
            return read_all<BladeImageRecord>(std::move(rows), read_blade_image);
        });
    if (!found) return fail(std::move(found).error());
    if (found->empty() || found->front().state != BladeImageState::ready)
        return fail(unknown_blade_image(blade, image));
    return std::move(found->front());
}

Result<std::vector<BladeImageRecord>> ImageCatalog::blade_images() {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<BladeImageRecord>> {
            DIM_TRY(Statement rows,
                    transaction.query(kSelectBladeImages, std::optional<std::string>(),
                                      std::optional<std::string>()));
            return read_all<BladeImageRecord>(std::move(rows), read_blade_image);
        });
}

}  // namespace dim::server
