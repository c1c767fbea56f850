#pragma once

#include "imageserver/state/statement.hpp"
#include "libdim/base/result.hpp"

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>

struct sqlite3;

namespace dim::server {

/// A change of the tables, done once in the life of a database. Published ones never change: add
/// another.
struct Migration {
    std::string_view name;  ///< unique, "image-1"
    std::string_view sql;   ///< one or more statements
};

/// What Database::transaction() gives to its function. Values are bound to ?1, ?2… in order; text,
/// integers, floating point numbers and optionals of them.
class [[nodiscard]] Transaction {
public:
    /// For SELECT, and for RETURNING.
    template <class... Values>
    Result<Statement> query(std::string_view sql, const Values&... values) {
        DIM_TRY(Statement statement, prepare(sql));
        int index = 0;
        (statement.bind_value(++index, values), ...);
        return statement;
    }

    /// Runs a statement whose rows, if any, do not matter. Errors: those of Statement::next().
    template <class... Values>
    Result<void> execute(std::string_view sql, const Values&... values) {
        DIM_TRY(Statement statement, query(sql, values...));
        DIM_TRY([[maybe_unused]] const bool has_row, statement.next());
        return {};
    }

    std::int64_t last_inserted_id() const;
    /// Rows that the last statement changed.
    std::int64_t changes() const;

private:
    friend class Database;
    explicit Transaction(sqlite3* connection) : connection_(connection) {}
    Result<Statement> prepare(std::string_view sql);
    sqlite3* connection_;
};

/// What a committed transaction survives.
enum class Durability {
    power_failure,  ///< the disk has it before the commit returns (PRAGMA synchronous = FULL)
    kill,           ///< the kernel has it: the last seconds may be lost with the power (NORMAL)
};

/// The daemon's state: SQLite with a write-ahead log. What a transaction stored is there after
/// kill -9, and unless told otherwise after a power failure. Any thread may use it; transactions
/// take turns. Nothing is written before the end of a transaction, so a full or broken disk fails
/// that, and not the statements in it.
class [[nodiscard]] Database {
public:
    /// Opens or makes PATH (mode 0600) and applies the migrations that it does not have yet, in
    /// order. Errors: conflict when it was made by a newer program or is no database, io; the cure
    /// names the file.
    static Result<Database> open(const std::string& path, std::span<const Migration> migrations);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Room of our own for a time when the disk is full: free pages in the database, and a
    /// write-ahead log that is as long already. Whoever fills the disk cannot take it.
    static constexpr std::uint64_t kRoom = std::uint64_t{8} << 20;
    /// Makes room where half of it is used up. Call it now and then. Errors: limit_exceeded when
    /// the disk is full by now.
    Result<void> keep_room();

    /// Runs FUNCTION(Transaction&), which returns a Result: its value commits, its error rolls
    /// back. Not to be nested. Keep FUNCTION short: everybody else waits.
    template <std::invocable<Transaction&> Function>
    std::invoke_result_t<Function, Transaction&>
    transaction(Function&& function, Durability durability = Durability::power_failure) {
        DIM_TRY(Scope scope, begin(durability));
        auto result = function(scope.transaction());
        if (!result) return result;
        DIM_CHECK(scope.commit());
        return result;
    }

    /// THREAD may not wait for a disk: transactions on it are refused as the bug they are. A thread
    /// id that is nobody's ends that.
    void keep_off(std::thread::id thread);

private:
    struct State;

    /// Holds the lock; rolls back unless committed.
    class [[nodiscard]] Scope {
    public:
        explicit Scope(State& state);
        Scope(Scope&& other) noexcept;
        ~Scope();
        Transaction& transaction() { return transaction_; }
        Result<void> commit();

    private:
        State* state_;
        Transaction transaction_;
    };

    explicit Database(std::unique_ptr<State> state);
    Result<Scope> begin(Durability durability);
    Result<bool> has_room();
    Result<void> migrate(std::span<const Migration> migrations);
    std::unique_ptr<State> state_;
};

/// The database for what comes so often that it must not wait for the disk, and of which the last
/// seconds may be lost with the power: what agents report, what was seen on the network.
class [[nodiscard]] ReportDatabase {
public:
    /// DATABASE outlives this.
    explicit ReportDatabase(Database& database) : database_(&database) {}

    /// As Database::transaction; survives kill -9 only.
    template <std::invocable<Transaction&> Function>
    std::invoke_result_t<Function, Transaction&> transaction(Function&& function) {
        return database_->transaction(std::forward<Function>(function), Durability::kill);
    }

private:
    Database* database_;
};

}  // namespace dim::server
