#include "imageserver/image/image_catalog.hpp"

#include "imageserver/state/read_rows.hpp"
#include "libdim/base/text.hpp"

namespace dim::server {

using model::Generation;
using model::ImageName;

namespace {

constexpr std::string_view kSelectImages =
    "SELECT i.name, i.architecture, max(g.generation), g.shared, i.init, i.blade_image_bytes, "
    "g.created_us, (SELECT count(*) FROM blade_image b WHERE b.image = i.name AND "
    "b.state = 'ready'), i.nfs_version, i.nfs_actimeo_seconds, i.nfs_nconnect, "
    "i.file_system, i.on_conflict, i.keep_out, i.merge "
    "FROM image i JOIN image_generation g ON g.image = i.name "
    "WHERE g.state = 'ready' AND (?1 IS NULL OR i.name = ?1) AND (?2 = 0 OR g.generation = ?2) "
    "GROUP BY i.name ORDER BY i.name";

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
    DIM_TRY(const model::FileSystem file_system, model::parse_file_system(row.text(11)));
    DIM_TRY(const auto on_conflict, model::parse_conflict_policy(row.text(12)));
    return api::ImageSummary{
        .name = std::move(name),
        .architecture = architecture,
        .generation = generation,
        .shared = split_names(row.text(3)),
        .init = row.text(4),
        .blade_image_bytes = static_cast<std::uint64_t>(row.integer(5)),
        .created = created,
        .zimage_bytes = {},
        .blade_images = static_cast<std::uint32_t>(row.integer(7)),
        .nfs = {.version = row.text(8),
                .actimeo_seconds = static_cast<std::uint32_t>(row.integer(9)),
                .nconnect = static_cast<std::uint32_t>(row.integer(10))},
        .file_system = file_system,
        .sync = {.on_conflict = on_conflict, .keep_out = row.text(13), .merge = row.text(14)}};
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
                            .golden_digest = row.text(6),
                            .shared = split_names(row.text(9)),
                            .bytes = static_cast<std::uint64_t>(row.integer(10)),
                            .own_bytes = static_cast<std::uint64_t>(row.integer(11))};
}

Result<void> update_settings(Transaction& transaction, const ImageName& name,
                             const GenerationSettings& settings) {
    return transaction.execute(
        "UPDATE image SET init = ?2, nfs_version = ?3, nfs_actimeo_seconds = ?4, nfs_nconnect = "
        "?5, on_conflict = ?6, keep_out = ?7, merge = ?8 WHERE name = ?1",
        name.text(), settings.init, settings.nfs.version, settings.nfs.actimeo_seconds,
        settings.nfs.nconnect, to_string(settings.sync.on_conflict), settings.sync.keep_out,
        settings.sync.merge);
}

Result<void> insert_image(Transaction& transaction, const api::ImageSummary& image) {
    DIM_CHECK(transaction.execute(
        "INSERT INTO image (name, architecture, init, blade_image_bytes, file_system) "
        "SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS "
        "(SELECT 1 FROM image_rename WHERE new_name = ?1)",
        image.name.text(), to_string(image.architecture), image.init, image.blade_image_bytes,
        to_string(image.file_system)));
    if (transaction.changes() != 0)
        return update_settings(transaction, image.name, {image.init, image.nfs, image.sync});
    return fail(ErrorCode::already_exists, "another image is getting that name");
}

Result<void> insert_generation(Transaction& transaction, const GenerationRecord& record,
                               std::string_view state) {
    return transaction.execute(
        "INSERT INTO image_generation (image, generation, state, created_us, label, source, "
        "exclude, one_file_system, shared) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        record.image.text(), record.generation.number(), state, record.created.microseconds(),
        record.label, record.source,
        record.master ? join_lines(record.master->exclude) : std::string(),
        record.master && record.master->one_file_system, join(record.shared));
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

Result<void> ImageCatalog::begin_import(const api::ImageSummary& image,
                                        const api::ImageSource& source) {
    GenerationRecord record = generation_of(image, image.generation, to_string(source.source));
    record.master = source;
    return begin_import(image, record);
}

Result<void> ImageCatalog::begin_import(const api::ImageSummary& image,
                                        const GenerationRecord& record) {
    auto begun = database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(insert_image(transaction, image));
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
                                       const std::vector<AdoptedGeneration>& generations) {
    auto adopted = database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(insert_image(transaction, image));
        for (const auto& [generation, shared] : generations) {
            GenerationRecord record = generation_of(image, generation, "adopted");
            record.shared = shared;
            DIM_CHECK(insert_generation(transaction, record, "ready"));
        }
        return {};
    });
    if (adopted || adopted.error().code() != ErrorCode::already_exists) return adopted;
    return fail(ErrorCode::already_exists, "the image " + image.name.text() + " is known already");
}

Result<void> ImageCatalog::begin_generation(const GenerationRecord& record) {
    return database_->transaction([&](Transaction& transaction) {
        return insert_generation(transaction, record, "importing");
    });
}

Result<void> ImageCatalog::finish_generation(const GenerationKey& key,
                                             const GenerationContents& contents) {
    return finish_generation(key, contents, std::nullopt);
}

Result<void> ImageCatalog::finish_generation(const GenerationKey& key,
                                             const GenerationContents& contents,
                                             const std::optional<GenerationSettings>& settings) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        if (settings) DIM_CHECK(update_settings(transaction, key.first, *settings));
        return transaction.execute(
            "UPDATE image_generation SET state = 'ready', shared_digest = ?3, golden_digest = ?4, "
            "shared = ?5, bytes = ?6, own_bytes = ?7 WHERE image = ?1 AND generation = ?2",
            key.first.text(), key.second.number(), contents.shared_digest, contents.golden_digest,
            join(contents.shared), contents.bytes, contents.own_bytes);
    });
}

Result<std::vector<GenerationRecord>> ImageCatalog::generations_of(const ImageName& name) {
    DIM_CHECK(image(name));
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<GenerationRecord>> {
            DIM_TRY(
                Statement rows,
                transaction.query("SELECT image, generation, created_us, label, source, "
                                  "shared_digest, golden_digest, exclude, one_file_system, shared, "
                                  "bytes, own_bytes "
                                  "FROM image_generation "
                                  "WHERE image = ?1 AND state = 'ready' AND is_collected = 0 "
                                  "ORDER BY generation",
                                  name.text()));
            return read_rows(std::move(rows), read_generation);
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
        if (transaction.changes() != 0)
            return transaction.execute("DELETE FROM image_pin WHERE image = ?1", name.text());
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
            "generation = ?2) AND NOT EXISTS (SELECT 1 FROM image_pin WHERE image = ?1 AND "
            "generation = ?2) AND NOT EXISTS (SELECT 1 FROM generation_use WHERE image = ?1 AND "
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
            return read_rows(std::move(rows), [](const Statement& row) -> Result<GenerationKey> {
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

Result<api::ImageSummary> ImageCatalog::image_where(const ImageName& name,
                                                    std::uint32_t generation) {
    auto found = database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<api::ImageSummary>> {
            DIM_TRY(Statement rows, transaction.query(kSelectImages, name.text(), generation));
            return read_rows(std::move(rows), read_image);
        });
    if (!found) return fail(std::move(found).error());
    if (!found->empty()) return std::move(found->front());
    if (generation == 0) return fail(unknown_image(name));
    DIM_CHECK(image(name));
    DIM_TRY(const Generation unknown, Generation::from_number(generation));
    return fail(unknown_generation({name, unknown}));
}

Result<api::ImageSummary> ImageCatalog::image(const ImageName& name) {
    return image_where(name, 0);
}

Result<api::ImageSummary> ImageCatalog::image(const ImageName& name, Generation generation) {
    return image_where(name, generation.number());
}

Result<void> ImageCatalog::set_settings(const ImageName& name, const GenerationSettings& settings) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(update_settings(transaction, name, settings));
        if (transaction.changes() != 0) return {};
        return fail(unknown_image(name));
    });
}

Result<std::vector<api::ImageSummary>> ImageCatalog::images() {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<api::ImageSummary>> {
            DIM_TRY(Statement rows,
                    transaction.query(kSelectImages, std::optional<std::string>(), 0));
            return read_rows(std::move(rows), read_image);
        });
}

}  // namespace dim::server
