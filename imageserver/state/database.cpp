#include "imageserver/state/database.hpp"

#include "imageserver/state/sqlite_error.hpp"
#include "libdim/sys/file.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <sqlite3.h>
#include <thread>
#include <utility>

namespace dim::server {

namespace {

struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};

constexpr int kBusyMilliseconds = 5000;  // a person with sqlite3 open on our file

// WAL: a commit survives the death of the process at any instant; the power failing never costs
// the database, see Durability. Spilled pages and temporary files would be written in the middle of
// a transaction.
constexpr const char* kPragmas = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; "
                                 "PRAGMA trusted_schema = OFF; "
                                 "PRAGMA cache_spill = OFF; PRAGMA temp_store = MEMORY;";

const char* synchronous_pragma(Durability durability) {
    switch (durability) {
        case Durability::power_failure: return "PRAGMA synchronous = FULL";
        case Durability::kill: return "PRAGMA synchronous = NORMAL";
    }
    std::unreachable();
}

/// Opens PATH, or makes it so that its name, too, survives the power failing.
Result<void> ensure_file(const std::string& path) {
    // SQLite gives its -wal and -shm files the mode of the database, and syncs their directory.
    const Result<sys::Fd> made = sys::open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (made) {
        const std::string directory = path.substr(0, path.rfind('/') + 1);
        return sys::fsync(directory.empty() ? "." : directory);
    }
    if (made.error().code() == ErrorCode::already_exists) return {};
    return fail(made.error());
}

/// The log is not deleted when the database is closed: what it takes on the disk stays ours.
void keep_log(sqlite3* connection) {
    int is_kept = 1;
    sqlite3_file_control(connection, "main", SQLITE_FCNTL_PERSIST_WAL, &is_kept);
}

Result<std::int64_t> number_of(Transaction& transaction, std::string_view sql) {
    DIM_TRY(Statement rows, transaction.query(sql));
    DIM_TRY([[maybe_unused]] const bool has_row, rows.next());
    return rows.integer(0);
}

}  // namespace

struct Database::State {
    std::string log_file;
    std::unique_ptr<sqlite3, Close> connection;
    std::mutex mutex;
    std::atomic<std::thread::id> holder;
    std::atomic<std::thread::id> kept_off;
    std::optional<Durability> durability;  ///< what the connection is set to

    Result<void> execute(const char* sql) {
        if (sqlite3_exec(connection.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
            return fail(sqlite_error(connection.get()));
        return {};
    }

    /// Outside a transaction only: inside one SQLite ignores it.
    Result<void> set_durability(Durability wanted) {
        if (durability == wanted) return {};
        DIM_CHECK(execute(synchronous_pragma(wanted)));
        durability = wanted;
        return {};
    }
};

Result<Statement> Transaction::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(connection_, sql.data(), static_cast<int>(sql.size()), &statement,
                           nullptr) != SQLITE_OK) {
        return fail(sqlite_error(connection_));
    }
    return Statement(statement);
}

std::int64_t Transaction::last_inserted_id() const {
    return sqlite3_last_insert_rowid(connection_);
}

std::int64_t Transaction::changes() const { return sqlite3_changes64(connection_); }

Database::Scope::Scope(State& state) : state_(&state), transaction_(state.connection.get()) {}

Database::Scope::Scope(Scope&& other) noexcept
    : state_(std::exchange(other.state_, nullptr)), transaction_(other.transaction_) {}

Database::Scope::~Scope() {
    if (state_ == nullptr) return;
    if (sqlite3_get_autocommit(state_->connection.get()) == 0) {
        // Cannot fail in a way that matters: an open transaction of a failed connection is lost.
        sqlite3_exec(state_->connection.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    state_->holder = std::thread::id();
    state_->mutex.unlock();
}

Result<void> Database::Scope::commit() { return state_->execute("COMMIT"); }

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

void Database::keep_off(std::thread::id thread) { state_->kept_off = thread; }

Result<Database::Scope> Database::begin(Durability durability) {
    if (state_->holder.load() == std::this_thread::get_id())
        return fail(ErrorCode::internal, "database: a transaction inside a transaction");
    if (state_->kept_off.load() == std::this_thread::get_id())
        return fail(ErrorCode::internal, "database: a transaction on a thread that must not wait");
    state_->mutex.lock();
    state_->holder = std::this_thread::get_id();
    Scope scope(*state_);
    DIM_CHECK(state_->set_durability(durability));
    DIM_CHECK(state_->execute("BEGIN IMMEDIATE"));
    return scope;
}

Result<Database> Database::open(const std::string& path, std::span<const Migration> migrations) {
    DIM_CHECK(ensure_file(path));
    auto state = std::make_unique<State>();
    state->log_file = path + "-wal";
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(
        path.c_str(), &connection,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    state->connection.reset(connection);
    if (code != SQLITE_OK) return fail(sqlite_error(connection).with_context(path));
    sqlite3_busy_timeout(connection, kBusyMilliseconds);
    Database database(std::move(state));
    auto ready = database.state_->execute(kPragmas);
    keep_log(connection);
    if (ready) ready = database.migrate(migrations);
    if (!ready) {
        Error error = std::move(ready).error().with_context(path);
        if (error.cure().empty()) {
            error = std::move(error).with_cure("restore " + path +
                                               " from a copy, or move it away to start afresh");
        }
        return fail(std::move(error));
    }
    return database;
}

Result<bool> Database::has_room() {
    const auto log = sys::stat(state_->log_file);
    if (!log || log->size < kRoom / 2) return false;
    return transaction([](Transaction& transaction) -> Result<bool> {
        DIM_TRY(const auto pages, number_of(transaction, "PRAGMA freelist_count"));
        DIM_TRY(const auto page_bytes, number_of(transaction, "PRAGMA page_size"));
        return static_cast<std::uint64_t>(pages * page_bytes) >= kRoom / 2;
    });
}

/// What a table was stored in stays in the file, free for others, when the table is dropped.
Result<void> Database::keep_room() {
    DIM_TRY(const bool has_room, this->has_room());
    if (has_room) return {};
    DIM_CHECK(transaction([](Transaction& transaction) -> Result<void> {
        DIM_CHECK(transaction.execute("DROP TABLE IF EXISTS room"));  // of one that was killed here
        DIM_CHECK(transaction.execute("CREATE TABLE room (bytes BLOB) STRICT"));
        return transaction.execute("INSERT INTO room VALUES (zeroblob(?1))", kRoom);
    }));
    return transaction(
        [](Transaction& transaction) { return transaction.execute("DROP TABLE room"); });
}

Result<void> Database::migrate(std::span<const Migration> migrations) {
    return transaction([&](Transaction& transaction) -> Result<void> {
        DIM_CHECK(
            transaction.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY) "
                                "STRICT, WITHOUT ROWID"));
        std::set<std::string, std::less<>> applied;
        DIM_TRY(Statement rows, transaction.query("SELECT name FROM migration"));
        for (;;) {
            DIM_TRY(const bool has_row, rows.next());
            if (!has_row) break;
            applied.insert(rows.text(0));
        }
        for (const Migration& migration : migrations) {
            if (applied.erase(std::string(migration.name)) != 0) continue;
            if (auto done = state_->execute(std::string(migration.sql).c_str()); !done)
                return fail(std::move(done).error().with_context(migration.name));
            DIM_CHECK(transaction.execute("INSERT INTO migration VALUES (?1)", migration.name));
        }
        if (applied.empty()) return {};
        return fail(Error(ErrorCode::conflict,
                          "the database was made by a newer imageserver (" + *applied.begin() + ")")
                        .with_cure("install that version again"));
    });
}

}  // namespace dim::server
