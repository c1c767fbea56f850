#include "imageserver/image/image_catalog.hpp"
#include "imageserver/state/read_rows.hpp"
#include "libdim/model/enum_text.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

constexpr model::EnumWords<BladeImageState, 3> kStateWords{{
    {BladeImageState::creating, "creating"},
    {BladeImageState::ready, "ready"},
    {BladeImageState::deleting, "deleting"},
}};

constexpr std::string_view kSelectBladeImages =
    "SELECT blade, image, generation, state, size_bytes, is_exported, EXISTS (SELECT 1 FROM "
    "image_pin p WHERE p.blade = b.blade AND p.image = b.image) FROM blade_image b "
    "WHERE ?1 IS NULL OR (blade = ?1 AND image = ?2) ORDER BY blade, image";

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
                            .is_exported = row.integer(5) != 0,
                            .is_pinned = row.integer(6) != 0};
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

}  // namespace

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

Result<Generation> ImageCatalog::begin_blade_image(const BladeImageRecord& record) {
    auto begun = database_->transaction([&](Transaction& transaction) -> Result<Generation> {
        DIM_TRY(Statement made,
                transaction.query(
                    "INSERT INTO blade_image (blade, image, generation, state, size_bytes) "
                    "VALUES (?1, ?2, coalesce((SELECT generation FROM image_pin WHERE "
                    "blade = ?1 AND image = ?2), ?3), 'creating', ?4) RETURNING generation",
                    record.blade.text(), record.image.text(), record.generation.number(),
                    record.size_bytes));
        DIM_TRY(const bool has_row, made.next());
        if (!has_row) return fail(ErrorCode::internal, "the blade image was not kept");
        return Generation::from_number(static_cast<std::uint32_t>(made.integer(0)));
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
                                      "WHERE blade = ?1 AND image = ?2 AND state = 'ready' AND NOT "
                                      "EXISTS (SELECT 1 FROM image_rename WHERE name = ?2)",
                                      blade.text(), image.text(), is_exported));
        if (transaction.changes() != 0) return {};
        return fail(unknown_blade_image(blade, image));
    });
}

Result<void> ImageCatalog::set_size(const ComponentName& blade, const ImageName& image,
                                    std::uint64_t size_bytes) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("UPDATE blade_image SET size_bytes = ?3 "
                                      "WHERE blade = ?1 AND image = ?2 AND state = 'ready'",
                                      blade.text(), image.text(), size_bytes));
        if (transaction.changes() != 0) return {};
        return fail(unknown_blade_image(blade, image));
    });
}

Result<void> ImageCatalog::forget_blade_image(const ComponentName& blade, const ImageName& image) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("DELETE FROM generation_use WHERE blade = ?1 AND image = ?2",
                                      blade.text(), image.text()));
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
            return read_rows(std::move(rows), read_blade_image);
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
            return read_rows(std::move(rows), read_blade_image);
        });
}

}  // namespace dim::server
