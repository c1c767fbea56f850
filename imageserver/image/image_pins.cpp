#include "imageserver/image/image_pins.hpp"

#include "libdim/base/text.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

const Migration kImagePinMigration{"image-pin-1", R"(
CREATE TABLE image_pin (
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (blade, image),
    FOREIGN KEY (image, generation) REFERENCES image_generation(image, generation)
) STRICT;
CREATE INDEX image_pin_generation ON image_pin(image, generation);
)"};

namespace {

constexpr std::size_t kNamesBytes = 400;

Result<Generation> pinned_generation(const Statement& row, int column) {
    return Generation::from_number(static_cast<std::uint32_t>(row.integer(column)));
}

Result<void> check_pinnable(Transaction& transaction, const ImageName& image,
                            Generation generation) {
    DIM_TRY(Statement row, transaction.query("SELECT 1 FROM image_generation WHERE image = ?1 AND "
                                             "generation = ?2 AND state = 'ready' AND "
                                             "is_collected = 0",
                                             image.text(), generation.number()));
    DIM_TRY(const bool is_there, row.next());
    if (is_there) return {};
    return fail(Error(ErrorCode::not_found,
                      "image " + image.text() + " has no generation " + to_string(generation))
                    .with_cure("see 'dim image generations " + image.text() + "'"));
}

/// "s01c1b01 (3)" when that blade has an image of generation 3, which is not GENERATION.
Result<std::string> other_generation(Transaction& transaction, const ComponentName& blade,
                                     const ImageName& image, Generation generation) {
    DIM_TRY(Statement row,
            transaction.query("SELECT generation FROM blade_image WHERE blade = ?1 AND image = ?2 "
                              "AND generation <> ?3 AND state <> 'deleting'",
                              blade.text(), image.text(), generation.number()));
    DIM_TRY(const bool is_there, row.next());
    if (!is_there) return std::string();
    return blade.text() + " (" + std::to_string(row.integer(0)) + ")";
}

}  // namespace

Result<void> ImagePins::pin(const ImageName& image, Generation generation,
                            std::span<const ComponentName> blades) {
    return database_->transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(check_pinnable(transaction, image, generation));
        std::string others;
        for (const ComponentName& blade : blades) {
            DIM_TRY(const std::string other,
                    other_generation(transaction, blade, image, generation));
            if (!other.empty()) others.append(others.empty() ? "" : " ").append(other);
            DIM_CHECK(transaction.execute(
                "INSERT OR REPLACE INTO image_pin (blade, image, generation) VALUES (?1, ?2, ?3)",
                blade.text(), image.text(), generation.number()));
        }
        if (others.empty()) return {};
        return fail(
            Error(ErrorCode::conflict, "these blades have an image of another generation of " +
                                           image.text() + " than " + to_string(generation) + ": " +
                                           printable(others, kNamesBytes))
                .with_cure("pin them to the generation they have; or bring them to this one first: "
                           "'dim sync image " +
                           image.text() + " --generation " + to_string(generation) +
                           "' with their names"));
    });
}

Result<std::uint64_t> ImagePins::unpin(const ImageName& image,
                                       std::span<const ComponentName> blades) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::uint64_t> {
        std::uint64_t count = 0;
        for (const ComponentName& blade : blades) {
            DIM_CHECK(transaction.execute("DELETE FROM image_pin WHERE blade = ?1 AND image = ?2",
                                          blade.text(), image.text()));
            count += static_cast<std::uint64_t>(transaction.changes());
        }
        return count;
    });
}

Result<std::optional<Generation>> ImagePins::generation_of(const ComponentName& blade,
                                                           const ImageName& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::optional<Generation>> {
            DIM_TRY(Statement row, transaction.query("SELECT generation FROM image_pin WHERE "
                                                     "blade = ?1 AND image = ?2",
                                                     blade.text(), image.text()));
            DIM_TRY(const bool is_there, row.next());
            if (!is_there) return std::optional<Generation>();
            return pinned_generation(row, 0);
        });
}

Result<std::map<Generation, std::uint32_t>> ImagePins::counts(const ImageName& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::map<Generation, std::uint32_t>> {
            DIM_TRY(Statement rows, transaction.query("SELECT generation, count(*) FROM image_pin "
                                                      "WHERE image = ?1 GROUP BY generation",
                                                      image.text()));
            std::map<Generation, std::uint32_t> counts;
            for (;;) {
                DIM_TRY(const bool has_row, rows.next());
                if (!has_row) return counts;
                DIM_TRY(const Generation generation, pinned_generation(rows, 0));
                counts.emplace(generation, static_cast<std::uint32_t>(rows.integer(1)));
            }
        });
}

}  // namespace dim::server
