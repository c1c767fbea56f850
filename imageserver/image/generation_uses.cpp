#include "imageserver/image/generation_uses.hpp"

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

const Migration kGenerationUseMigration{"generation-use-1", R"(
CREATE TABLE generation_use (
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    generation INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('moving', 'held')),
    PRIMARY KEY (blade, image, generation, reason),
    FOREIGN KEY (image, generation) REFERENCES image_generation(image, generation)
) STRICT;
CREATE INDEX generation_use_generation ON generation_use(image, generation);
)"};

namespace {

Result<Generation> used_generation(const Statement& row) {
    return Generation::from_number(static_cast<std::uint32_t>(row.integer(0)));
}

}  // namespace

Result<void> GenerationUses::begin_move(const ComponentName& blade, const ImageName& image,
                                        Generation generation) {
    return moves_.run([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute(
            "INSERT OR REPLACE INTO generation_use (blade, image, generation, reason) SELECT ?1, "
            "?2, ?3, 'moving' WHERE EXISTS (SELECT 1 FROM image_generation WHERE image = ?2 AND "
            "generation = ?3 AND state = 'ready' AND is_collected = 0) AND EXISTS (SELECT 1 FROM "
            "blade_image WHERE blade = ?1 AND image = ?2 AND state = 'ready')",
            blade.text(), image.text(), generation.number()));
        if (transaction.changes() != 0) return {};
        return fail(Error(ErrorCode::not_found, "the image " + image.text() + " of blade " +
                                                    blade.text() + ", or generation " +
                                                    to_string(generation) + ", is gone")
                        .with_cure("see 'dim image generations " + image.text() + "'"));
    });
}

Result<void> GenerationUses::finish_move(const ComponentName& blade, const ImageName& image,
                                         Generation generation, bool is_held) {
    return moves_.run([&](Transaction& transaction) -> Result<void> {
        if (is_held) {
            DIM_CHECK(transaction.execute(
                "INSERT OR REPLACE INTO generation_use (blade, image, generation, reason) SELECT "
                "blade, image, generation, 'held' FROM blade_image WHERE blade = ?1 AND image = ?2",
                blade.text(), image.text()));
        }
        DIM_CHECK(transaction.execute("DELETE FROM generation_use WHERE blade = ?1 AND image = ?2 "
                                      "AND reason = 'moving'",
                                      blade.text(), image.text()));
        return transaction.execute(
            "UPDATE blade_image SET generation = ?3 WHERE blade = ?1 AND image = ?2", blade.text(),
            image.text(), generation.number());
    });
}

Result<std::optional<Generation>> GenerationUses::unfinished_move(const ComponentName& blade,
                                                                  const ImageName& image) {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::optional<Generation>> {
            DIM_TRY(Statement row,
                    transaction.query("SELECT generation FROM generation_use WHERE blade = ?1 AND "
                                      "image = ?2 AND reason = 'moving'",
                                      blade.text(), image.text()));
            DIM_TRY(const bool is_there, row.next());
            if (!is_there) return std::optional<Generation>();
            return used_generation(row);
        });
}

Result<void> GenerationUses::release(const ComponentName& blade) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "DELETE FROM generation_use WHERE blade = ?1 AND reason = 'held'", blade.text());
    });
}

Result<std::set<Generation>> GenerationUses::of(const ImageName& image) {
    return database_->transaction([&](Transaction& transaction) -> Result<std::set<Generation>> {
        DIM_TRY(Statement rows,
                transaction.query("SELECT DISTINCT generation FROM generation_use WHERE image = ?1",
                                  image.text()));
        std::set<Generation> generations;
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) return generations;
            DIM_TRY(const Generation generation, used_generation(rows));
            generations.insert(generation);
        }
    });
}

}  // namespace dim::server
