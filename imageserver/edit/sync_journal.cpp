#include "imageserver/edit/sync_journal.hpp"

#include "imageserver/state/read_rows.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace dim::server {

using model::Generation;

namespace {

bool has_moved(const api::SyncOutcome& outcome) {
    return outcome.state == "synced" || outcome.state == "waiting";
}

/// What REPORT says of all blades together.
void sum_up(const api::SyncReport& report, api::LoggedSync& sync) {
    std::set<Generation> from;
    for (const api::SyncOutcome& outcome : report.outcomes) {
        const std::uint64_t blades = outcome.blades.size();
        sync.blades += blades;
        if (has_moved(outcome)) {
            sync.moved += blades;
            if (outcome.from) from.insert(*outcome.from);
        }
        if (outcome.state == "failed") sync.failed += blades;
        sync.changed_paths += blades * (outcome.created + outcome.changed + outcome.removed);
        sync.conflicts += blades * outcome.conflict_count;
        sync.kept_out += blades * outcome.kept_out_count;
    }
    sync.from.assign(from.begin(), from.end());
    sync.generation = report.generation;
}

/// How many bytes it takes.
Result<std::size_t> store_outcome(Transaction& transaction, std::uint64_t number, std::size_t place,
                                  api::SyncOutcome outcome) {
    const auto blades = std::exchange(outcome.blades, {});
    const std::string text = api::to_json(outcome);
    DIM_CHECK(transaction.execute(
        "INSERT INTO sync_run_outcome (run, place, outcome) VALUES (?1, ?2, ?3)", number, place,
        text));
    for (const model::ComponentName& blade : blades)
        DIM_CHECK(transaction.execute(
            "INSERT INTO sync_run_blade (blade, run, place) VALUES (?1, ?2, ?3)", blade.text(),
            number, place));
    return text.size();
}

Result<void> store_outcomes(Transaction& transaction, std::uint64_t number,
                            const api::SyncReport& report) {
    std::uint64_t bytes = 0;
    for (std::size_t place = 0; place < report.outcomes.size(); ++place) {
        DIM_TRY(const std::size_t more,
                store_outcome(transaction, number, place, report.outcomes[place]));
        bytes += more;
    }
    return transaction.execute("UPDATE sync_run SET bytes = ?2 WHERE number = ?1", number, bytes);
}

/// Of the generations that SYNC is about.
Result<void> store_identities(Transaction& transaction, const api::LoggedSync& sync,
                              std::span<const api::ImageGeneration> generations) {
    for (const api::ImageGeneration& generation : generations) {
        const bool is_meant =
            generation.generation == sync.generation ||
            std::ranges::find(sync.from, generation.generation) != sync.from.end();
        const std::string identity = identity_of(generation);
        if (!is_meant || identity.empty()) continue;
        DIM_CHECK(transaction.execute(
            "INSERT INTO sync_run_generation (run, generation, identity) VALUES (?1, ?2, ?3)",
            sync.number, generation.generation.number(), identity));
    }
    return {};
}

/// The newest sync that is too many, or of too many blades or bytes.
Result<std::optional<std::int64_t>> find_excess(Transaction& transaction,
                                                const SyncJournal::Bounds& bounds) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT number, blades, bytes FROM sync_run ORDER BY number DESC"));
    std::uint64_t syncs = 0;
    std::uint64_t blades = 0;
    std::uint64_t bytes = 0;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return std::nullopt;
        ++syncs;
        blades += static_cast<std::uint64_t>(rows.integer(1));
        bytes += static_cast<std::uint64_t>(rows.integer(2));
        const bool is_too_much =
            syncs > bounds.syncs || blades > bounds.blades || bytes > bounds.bytes;
        if (syncs > 1 && is_too_much) return rows.integer(0);
    }
}

Result<void> bound(Transaction& transaction, const SyncJournal::Bounds& bounds) {
    DIM_TRY(const auto excess, find_excess(transaction, bounds));
    if (!excess) return {};
    for (const char* sql : {"DELETE FROM sync_run_blade WHERE run <= ?1",
                            "DELETE FROM sync_run_outcome WHERE run <= ?1",
                            "DELETE FROM sync_run_generation WHERE run <= ?1",
                            "DELETE FROM sync_run WHERE number <= ?1"})
        DIM_CHECK(transaction.execute(sql, *excess));
    return {};
}

/// Columns: number, image, record, is_of_removed; and perhaps the outcome of BLADE.
Result<api::LoggedSync> read_sync(const Statement& row,
                                  const std::optional<model::ComponentName>& blade) {
    DIM_TRY(api::LoggedSync sync, api::parse<api::LoggedSync>(row.text(2)));
    sync.number = static_cast<std::uint64_t>(row.integer(0));
    // It may have got another name.
    DIM_TRY(sync.image, model::ImageName::parse(row.text(1)));
    if (row.integer(3) != 0) sync.is_of_removed = true;
    if (!blade) return sync;
    DIM_TRY(sync.outcome, api::parse<api::SyncOutcome>(row.text(4)));
    sync.outcome->blades = {*blade};
    return sync;
}

Result<Statement> find_syncs(Transaction& transaction, const api::SyncLogQuery& query) {
    std::optional<std::string> image;
    if (query.image) image = query.image->text();
    if (!query.blade)
        return transaction.query("SELECT number, image, record, is_of_removed FROM sync_run WHERE "
                                 "?1 IS NULL OR image = ?1 ORDER BY number DESC LIMIT ?2",
                                 image, query.most);
    return transaction.query(
        "SELECT number, image, record, is_of_removed, outcome FROM sync_run_blade AS one JOIN "
        "sync_run ON number "
        "= one.run JOIN sync_run_outcome AS outcome ON outcome.run = one.run AND outcome.place = "
        "one.place WHERE (?1 IS NULL OR image = ?1) AND one.blade = ?3 ORDER BY number DESC LIMIT "
        "?2",
        image, query.most, query.blade->text());
}

Result<api::LoggedSync> find_sync(Transaction& transaction, std::uint64_t number) {
    DIM_TRY(
        Statement row,
        transaction.query(
            "SELECT number, image, record, is_of_removed FROM sync_run WHERE number = ?1", number));
    DIM_TRY(const bool is_there, row.next());
    if (!is_there)
        return fail(ErrorCode::not_found,
                    "sync " + std::to_string(number) + " is not in the log any more");
    return read_sync(row, {});
}

Result<void> update_sync(Transaction& transaction, const api::LoggedSync& sync) {
    return transaction.execute("UPDATE sync_run SET blades = ?2, record = ?3 WHERE number = ?1",
                               sync.number, sync.blades, api::to_json(sync));
}

/// With their blades.
Result<std::vector<api::SyncOutcome>> outcomes_of(Transaction& transaction, std::uint64_t number) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT outcome FROM sync_run_outcome WHERE run = ?1 ORDER BY place",
                              number));
    DIM_TRY(auto outcomes, read_rows(std::move(rows), [](const Statement& row) {
                return api::parse<api::SyncOutcome>(row.text(0));
            }));
    DIM_TRY(Statement blades,
            transaction.query("SELECT blade, place FROM sync_run_blade WHERE run = ?1", number));
    for (;;) {
        DIM_TRY(const bool has_row, blades.next());
        if (!has_row) return outcomes;
        DIM_TRY(auto blade, model::ComponentName::parse(blades.text(0)));
        outcomes.at(static_cast<std::size_t>(blades.integer(1))).blades.push_back(std::move(blade));
    }
}

Result<std::map<Generation, std::string>> identities_of(Transaction& transaction,
                                                        std::uint64_t number) {
    DIM_TRY(Statement rows,
            transaction.query("SELECT generation, identity FROM sync_run_generation WHERE run = ?1",
                              number));
    std::map<Generation, std::string> identities;
    for (;;) {
        DIM_TRY(const bool has_row, rows.next());
        if (!has_row) return identities;
        DIM_TRY(const Generation generation,
                Generation::from_number(static_cast<std::uint32_t>(rows.integer(0))));
        identities.emplace(generation, rows.text(1));
    }
}

Error unended(const api::LoggedSync& sync) {
    return Error(ErrorCode::conflict, "sync " + std::to_string(sync.number) + " of " +
                                          to_string(sync.image) + " did not end")
        .with_cure("run it to its end first: 'dim sync image " + to_string(sync.image) + "'");
}

/// What the one that did not end had moved by then, nobody wrote down.
Error of_both(const api::LoggedSync& sync, const api::LoggedSync& unended) {
    return Error(ErrorCode::conflict,
                 "sync " + std::to_string(sync.number) + " of " + to_string(sync.image) +
                     " went on with sync " + std::to_string(unended.number) +
                     ", which did not end: which blades that one had moved is not known")
        .with_cure("'dim sync image " + to_string(sync.image) +
                   " --generation N' brings all of them to the generation that you want");
}

}  // namespace

Result<std::uint64_t> SyncJournal::begin(const Beginning& beginning) {
    const api::LoggedSync sync{.number = 0,
                               .image = beginning.image,
                               .began = beginning.began,
                               .by = beginning.by,
                               .options = beginning.options,
                               .undoes = beginning.undoes};
    return database_.transaction([&](Transaction& transaction) -> Result<std::uint64_t> {
        DIM_CHECK(transaction.execute("INSERT INTO sync_run (image, record) VALUES (?1, ?2)",
                                      sync.image.text(), api::to_json(sync)));
        const auto number = static_cast<std::uint64_t>(transaction.last_inserted_id());
        DIM_CHECK(bound(transaction, bounds_));
        return number;
    });
}

Result<void> SyncJournal::finish(std::uint64_t number, const api::SyncReport& report,
                                 model::Timestamp ended,
                                 std::span<const api::ImageGeneration> generations) {
    return database_.transaction([&](Transaction& transaction) -> Result<void> {
        DIM_TRY(api::LoggedSync sync, find_sync(transaction, number));
        sync.ended = ended;
        sum_up(report, sync);
        DIM_CHECK(update_sync(transaction, sync));
        if (sync.undoes && sync.failed == 0) {
            DIM_TRY(api::LoggedSync undone, find_sync(transaction, *sync.undoes));
            undone.undone_by = number;
            DIM_CHECK(update_sync(transaction, undone));
        }
        DIM_CHECK(store_outcomes(transaction, number, report));
        DIM_CHECK(store_identities(transaction, sync, generations));
        return bound(transaction, bounds_);
    });
}

Result<SyncJournal::Entry> SyncJournal::last_to_undo(const model::ImageName& image) {
    return database_.transaction([&](Transaction& transaction) -> Result<Entry> {
        DIM_TRY(Statement rows, find_syncs(transaction, {.image = image}));
        bool is_newest = true;
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row)
                return fail(Error(ErrorCode::not_found,
                                  "there is no sync of " + to_string(image) + " to take back")
                                .with_cure("see 'dim sync log " + to_string(image) + "'"));
            DIM_TRY(api::LoggedSync sync, read_sync(rows, {}));
            if (sync.is_of_removed) continue;
            if (std::exchange(is_newest, false) && !sync.ended && !sync.undoes)
                return fail(unended(sync));
            if (!sync.is_to_undo()) continue;
            DIM_TRY(auto outcomes, outcomes_of(transaction, sync.number));
            DIM_TRY(auto identities, identities_of(transaction, sync.number));
            DIM_TRY(const bool has_older, rows.next());
            if (has_older) {
                DIM_TRY(const api::LoggedSync older, read_sync(rows, {}));
                if (!older.ended && !older.undoes && !older.is_of_removed)
                    return fail(of_both(sync, older));
            }
            return Entry{.sync = std::move(sync),
                         .outcomes = std::move(outcomes),
                         .identities = std::move(identities)};
        }
    });
}

Result<void> SyncJournal::forget(std::uint64_t number) {
    return database_.transaction([&](Transaction& transaction) {
        return transaction.execute("DELETE FROM sync_run WHERE number = ?1", number);
    });
}

Result<api::SyncLog> SyncJournal::read(const api::SyncLogQuery& query) {
    return database_.transaction([&](Transaction& transaction) -> Result<api::SyncLog> {
        DIM_TRY(Statement rows, find_syncs(transaction, query));
        api::SyncLog log;
        std::size_t bytes = 0;
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row || log.syncs.size() == api::limits::kLoggedSyncs) return log;
            if (query.blade) bytes += rows.text(4).size();
            if (bytes > api::limits::kLoggedOutcomesBytes) return log;
            DIM_TRY(api::LoggedSync sync, read_sync(rows, query.blade));
            log.syncs.push_back(std::move(sync));
        }
    });
}

std::string identity_of(const api::ImageGeneration& generation) {
    return generation.shared_digest + generation.golden_digest;
}

}  // namespace dim::server
