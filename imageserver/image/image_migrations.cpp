#include "imageserver/image/blade_image_checks.hpp"
#include "imageserver/image/blade_trash.hpp"
#include "imageserver/image/generation_uses.hpp"
#include "imageserver/image/image_pins.hpp"
#include "imageserver/image/image_renames.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/image/open_conflicts.hpp"

#include <array>

namespace dim::server {

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

const Migration kImageSettingsMigration{"image-settings-1", R"(
ALTER TABLE image_generation ADD COLUMN shared TEXT NOT NULL DEFAULT '';
UPDATE image_generation
    SET shared = (SELECT image.shared FROM image WHERE image.name = image_generation.image);
ALTER TABLE image_generation ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE image_generation ADD COLUMN own_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE image DROP COLUMN shared;
ALTER TABLE image ADD COLUMN file_system TEXT NOT NULL DEFAULT 'ext4';
ALTER TABLE image ADD COLUMN nfs_version TEXT NOT NULL DEFAULT '4.1';
ALTER TABLE image ADD COLUMN nfs_actimeo_seconds INTEGER NOT NULL DEFAULT 3;
ALTER TABLE image ADD COLUMN nfs_nconnect INTEGER NOT NULL DEFAULT 1;
)"};

const Migration kImagePolicyMigration{"image-policy-1", R"(
ALTER TABLE image ADD COLUMN on_conflict TEXT NOT NULL DEFAULT 'ask';
ALTER TABLE image ADD COLUMN keep_out TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN merge TEXT NOT NULL DEFAULT 'all';
)"};

}  // namespace

std::span<const Migration> image_migrations() {
    static const std::array all{kImageMigration,
                                kImageGenerationMigration,
                                kImageSourceMigration,
                                kImageCollectionMigration,
                                kBladeTrashMigration,
                                kImagePinMigration,
                                kImageSettingsMigration,
                                kImageRenameMigration,
                                kBladeImageCheckMigration,
                                kGenerationUseMigration,
                                kOpenConflictMigration,
                                kImagePolicyMigration,
                                kOpenConflictIndexMigration};
    return all;
}

}  // namespace dim::server
