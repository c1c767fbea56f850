#include "imageserver/image/blade_image_checks.hpp"

#include "imageserver/state/read_rows.hpp"

namespace dim::server {

const Migration kBladeImageCheckMigration{"blade-image-check-1", R"(
CREATE TABLE blade_image_check (
    blade TEXT NOT NULL,
    image TEXT NOT NULL,
    checked_us INTEGER NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('clean', 'mended', 'damaged')),
    told TEXT NOT NULL,
    PRIMARY KEY (blade, image),
    FOREIGN KEY (blade, image) REFERENCES blade_image(blade, image) ON DELETE CASCADE
) STRICT;
)"};

namespace {

Result<api::BladeImageCheck> read_check(const Statement& row) {
    DIM_TRY(auto blade, model::ComponentName::parse(row.text(0)));
    DIM_TRY(auto image, model::ImageName::parse(row.text(1)));
    DIM_TRY(const auto checked, model::Timestamp::from_microseconds(row.integer(2)));
    api::BladeImageCheck check{.blade = std::move(blade),
                               .image = std::move(image),
                               .checked = checked,
                               .result = row.text(3)};
    if (std::string told = row.text(4); !told.empty()) check.told = std::move(told);
    return check;
}

}  // namespace

Result<void> BladeImageChecks::record(const api::BladeImageCheck& check) {
    return database_->transaction([&](Transaction& transaction) {
        return transaction.execute(
            "INSERT INTO blade_image_check (blade, image, checked_us, result, told) "
            "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (blade, image) DO UPDATE SET "
            "checked_us = ?3, result = ?4, told = ?5",
            check.blade.text(), check.image.text(), check.checked.microseconds(), check.result,
            check.told.value_or(""));
    });
}

Result<std::vector<api::BladeImageCheck>> BladeImageChecks::all() {
    return database_->transaction(
        [&](Transaction& transaction) -> Result<std::vector<api::BladeImageCheck>> {
            DIM_TRY(Statement rows,
                    transaction.query("SELECT blade, image, checked_us, result, told FROM "
                                      "blade_image_check ORDER BY blade, image"));
            return read_rows(std::move(rows), read_check);
        });
}

}  // namespace dim::server
