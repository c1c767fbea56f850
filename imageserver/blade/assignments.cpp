#include "imageserver/blade/assignments.hpp"

namespace dim::server {

using model::ComponentName;
using model::ImageName;

Result<std::map<ComponentName, ImageName>> Assignments::all() {
    return database_.transaction(
        [](Transaction& transaction) -> Result<std::map<ComponentName, ImageName>> {
            DIM_TRY(Statement rows, transaction.query("SELECT blade, image FROM assignment"));
            std::map<ComponentName, ImageName> images;
            for (;;) {
                DIM_TRY(const bool has_row, rows.next());
                if (!has_row) return images;
                DIM_TRY(auto blade, ComponentName::parse(rows.text(0)));
                DIM_TRY(auto image, ImageName::parse(rows.text(1)));
                images.emplace(std::move(blade), std::move(image));
            }
        });
}

Result<std::optional<ImageName>> Assignments::image_of(const ComponentName& blade) {
    return database_.transaction([&](Transaction& transaction) -> Result<std::optional<ImageName>> {
        DIM_TRY(Statement rows, transaction.query("SELECT image FROM assignment WHERE blade = ?1",
                                                  to_string(blade)));
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return std::nullopt;
        return ImageName::parse(rows.text(0));
    });
}

Result<void> Assignments::assign(std::span<const ComponentName> blades, const ImageName& image,
                                 model::Timestamp now) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        for (const ComponentName& blade : blades) {
            DIM_CHECK(transaction.execute(
                "INSERT OR REPLACE INTO assignment (blade, image, since) VALUES (?1, ?2, ?3)",
                to_string(blade), to_string(image), now.microseconds()));
        }
        return {};
    });
}

Result<void> Assignments::unassign(std::span<const ComponentName> blades) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        for (const ComponentName& blade : blades) {
            DIM_CHECK(
                transaction.execute("DELETE FROM assignment WHERE blade = ?1", to_string(blade)));
        }
        return {};
    });
}

}  // namespace dim::server
