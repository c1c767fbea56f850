#include "imageserver/boot/boot_schema.hpp"

namespace dim::server {

// Times are microseconds since 1970. boot.record is the JSON of a BootRecord, and
// boot.silent_from, of a blade's newest boot, when it is lost unless heard: microseconds of the
// server's CLOCK_BOOTTIME, set anew by each daemon (BootJournal::find_lost). Keys are never given
// twice, so that an agent's old boot id never names another boot.
const Migration kBladeMigration{"blade-1", R"sql(
CREATE TABLE boot (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    blade TEXT NOT NULL,
    record TEXT NOT NULL,
    silent_from INTEGER
) STRICT;
CREATE INDEX boot_of_blade ON boot (blade, key);
CREATE INDEX silent_boot ON boot (silent_from) WHERE silent_from IS NOT NULL;

CREATE TABLE story (
    key INTEGER PRIMARY KEY,
    blade TEXT NOT NULL,
    boot INTEGER,
    time INTEGER NOT NULL,
    source TEXT NOT NULL,
    stage TEXT,
    text TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX story_of_blade ON story (blade, key);

CREATE TABLE alert (
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    count INTEGER NOT NULL,
    text TEXT NOT NULL,
    cure TEXT NOT NULL,
    PRIMARY KEY (kind, origin)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignment (
    blade TEXT PRIMARY KEY,
    image TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log_position (
    name TEXT PRIMARY KEY,
    position TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql"};

}  // namespace dim::server
