#include "imageserver/boot/boot_queries.hpp"

#include "imageserver/boot/boot_limits.hpp"
#include "imageserver/boot/boot_record_json.hpp"
#include "imageserver/boot/server_observations.hpp"
#include "libdim/base/text.hpp"

#include <algorithm>

namespace dim::server {

namespace {

/// Columns: key, record.
Result<BootRecord> read_boot(const Statement& row) {
    auto record = parse_boot_record(row.text(1));
    if (!record) {
        return fail(std::move(record).error().with_context("database: boot " +
                                                           std::to_string(row.integer(0))));
    }
    record->key = row.integer(0);
    return record;
}

Result<std::vector<BootRecord>> read_boots(Statement rows) {
    std::vector<BootRecord> boots;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return boots;
        DIM_TRY(BootRecord boot, read_boot(rows));
        boots.push_back(std::move(boot));
    }
}

std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text.append(text.empty() ? "" : "\n").append(line);
    return text;
}

/// A boot that the blade's others are older than. KEY: as it was given before; 0: a new one.
Result<std::int64_t> insert_boot(Transaction& transaction, const BootRecord& record,
                                 std::optional<std::int64_t> silent_us) {
    const std::string& blade = to_string(record.blade);
    const auto key = record.key == 0 ? std::nullopt : std::optional(record.key);
    DIM_CHECK(transaction.execute("UPDATE boot SET silent_from = NULL WHERE blade = ?1", blade));
    DIM_CHECK(transaction.execute(
        "INSERT INTO boot (key, blade, record, silent_from) VALUES (?1, ?2, ?3, ?4)", key, blade,
        to_json(record), silent_us));
    return transaction.last_inserted_id();
}

Result<bool> is_stored(Transaction& transaction, std::int64_t key) {
    DIM_TRY(Statement rows, transaction.query("SELECT 1 FROM boot WHERE key = ?1", key));
    return rows.next();
}

Result<void> forget_old_boots(Transaction& transaction, const std::string& blade) {
    DIM_TRY(Statement oldest,
            transaction.query("SELECT key FROM boot WHERE blade = ?1 ORDER BY key DESC "
                              "LIMIT 1 OFFSET ?2",
                              blade, kBootsPerBlade));
    DIM_TRY(const bool has_row, oldest.next());
    if (!has_row) return {};
    const std::int64_t key = oldest.integer(0);
    DIM_CHECK(transaction.execute("DELETE FROM boot WHERE blade = ?1 AND key <= ?2", blade, key));
    return transaction.execute("DELETE FROM story WHERE blade = ?1 AND boot <= ?2", blade, key);
}

Result<api::StoryEvent> read_event(const Statement& row, const model::ComponentName& blade) {
    DIM_TRY(const auto time, model::Timestamp::from_microseconds(row.integer(1)));
    api::StoryEvent event{.time = time,
                          .source = row.text(2),
                          .boot_id = {},
                          .stage = {},
                          .text = row.text(4),
                          .detail = {}};
    if (const auto boot = row.optional_integer(0))
        event.boot_id = to_string(blade) + '-' + std::to_string(*boot);
    if (const auto stage = row.optional_text(3)) {
        DIM_TRY(event.stage, model::parse_boot_stage(*stage));
    }
    const std::string detail = row.text(5);
    if (!detail.empty()) {
        for (const std::string_view line : split(detail, '\n'))
            event.detail.emplace_back(line);
    }
    return event;
}

}  // namespace

Result<std::vector<BootRecord>> load_boots(Transaction& transaction,
                                           const model::ComponentName& blade, std::size_t limit) {
    DIM_TRY(Statement rows, transaction.query("SELECT key, record FROM boot WHERE blade = ?1 "
                                              "ORDER BY key DESC LIMIT ?2",
                                              to_string(blade), limit));
    return read_boots(std::move(rows));
}

Result<std::vector<BootRecord>> load_newest_boots(Transaction& transaction) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT key, record FROM boot "
                              "WHERE key IN (SELECT max(key) FROM boot GROUP BY blade)"));
    return read_boots(std::move(rows));
}

Result<std::vector<BootRecord>> load_silent_boots(Transaction& transaction,
                                                  std::int64_t uptime_us) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT key, record FROM boot WHERE silent_from <= ?1", uptime_us));
    return read_boots(std::move(rows));
}

Result<void> watch_boots_from(Transaction& transaction, std::int64_t uptime_us) {
    return transaction.execute("UPDATE boot SET silent_from = ?1 WHERE silent_from IS NOT NULL",
                               uptime_us);
}

Result<BootRecord> load_boot(Transaction& transaction, std::int64_t key) {
    DIM_TRY(Statement rows, transaction.query("SELECT key, record FROM boot WHERE key = ?1", key));
    DIM_TRY(const bool has_row, rows.next());
    if (!has_row) return fail(ErrorCode::not_found, "there is no such boot");
    return read_boot(rows);
}

Result<std::int64_t> store_change(Transaction& transaction, const BootChange& change) {
    const std::string& blade = to_string(change.record.blade);
    const auto silent_us = silent_from_us(change.record);
    std::int64_t key = change.record.key;
    DIM_TRY(const bool is_known, is_stored(transaction, key));
    if (!is_known) {
        DIM_TRY(key, insert_boot(transaction, change.record, silent_us));
        DIM_CHECK(forget_old_boots(transaction, blade));
    } else {
        DIM_CHECK(transaction.execute(
            "UPDATE boot SET record = ?2, silent_from = CASE WHEN key = "
            "(SELECT max(key) FROM boot WHERE blade = ?4) THEN ?3 END WHERE key = ?1",
            key, to_json(change.record), silent_us, blade));
    }
    DIM_CHECK(store_story(transaction, change.record.blade, key, change.story));
    return key;
}

Result<void> fold_newer_boots(Transaction& transaction, const BootRecord& boot) {
    const std::string& blade = to_string(boot.blade);
    DIM_CHECK(transaction.execute("UPDATE story SET boot = ?2 WHERE blade = ?1 AND boot > ?2",
                                  blade, boot.key));
    return transaction.execute("DELETE FROM boot WHERE blade = ?1 AND key > ?2", blade, boot.key);
}

Result<void> store_story(Transaction& transaction, const model::ComponentName& blade,
                         std::int64_t boot, const std::vector<StoryLine>& story) {
    for (const StoryLine& line : story) {
        const auto stage = line.stage ? std::optional(to_string(*line.stage)) : std::nullopt;
        const auto boot_key = boot == 0 ? std::nullopt : std::optional(boot);
        DIM_CHECK(transaction.execute(
            "INSERT INTO story (blade, boot, time, source, stage, text, detail) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            to_string(blade), boot_key, line.time.microseconds(), line.source, stage, line.text,
            join_lines(line.detail)));
    }
    if (story.empty()) return {};
    return transaction.execute("DELETE FROM story WHERE blade = ?1 AND key <= "
                               "(SELECT key FROM story WHERE blade = ?1 ORDER BY key DESC "
                               "LIMIT 1 OFFSET ?2)",
                               to_string(blade), kEventsPerBlade);
}

Result<std::vector<api::StoryEvent>> load_story(Transaction& transaction,
                                                const model::ComponentName& blade) {
    // The newest by arrival; what an agent reports late belongs further up among them.
    DIM_TRY(Statement rows,
            transaction.query("SELECT boot, time, source, stage, text, detail FROM "
                              "(SELECT * FROM story WHERE blade = ?1 ORDER BY key DESC LIMIT ?2) "
                              "ORDER BY time, key",
                              to_string(blade), kEventsInStory));
    std::vector<api::StoryEvent> events;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) break;
        DIM_TRY(api::StoryEvent event, read_event(rows, blade));
        events.push_back(std::move(event));
    }
    return events;
}

}  // namespace dim::server
