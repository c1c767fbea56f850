#include "imageserver/edit/sync_journal.hpp"

namespace dim::server {

const Migration kSyncJournalMigration{"sync-1", R"(
CREATE TABLE sync_run (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    image TEXT NOT NULL,
    blades INTEGER NOT NULL DEFAULT 0,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX sync_run_image ON sync_run(image, number);
CREATE TABLE sync_run_outcome (
    run INTEGER NOT NULL,
    place INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE sync_run_blade (
    blade TEXT NOT NULL,
    run INTEGER NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (blade, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX sync_run_blade_run ON sync_run_blade(run);
)"};

const Migration kSyncBoundsMigration{"sync-2", R"(
ALTER TABLE sync_run ADD COLUMN is_of_removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_run ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE sync_run SET bytes =
    (SELECT coalesce(sum(length(outcome)), 0) FROM sync_run_outcome WHERE run = number);
CREATE TABLE sync_run_generation (
    run INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    identity TEXT NOT NULL,
    PRIMARY KEY (run, generation)
) STRICT, WITHOUT ROWID;
)"};

const Migration kSyncImageMigration{"sync-image-1", R"(
UPDATE sync_run SET is_of_removed = 1 WHERE image NOT IN (SELECT name FROM image);
CREATE TRIGGER sync_run_image_removed AFTER DELETE ON image BEGIN
    UPDATE sync_run SET is_of_removed = 1 WHERE image = OLD.name;
END;
)"};

}  // namespace dim::server
