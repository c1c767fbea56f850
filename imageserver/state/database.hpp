#pragma once

#include "imageserver/state/statement.hpp"
#include "libdim/base/result.hpp"

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

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

/// The daemon's state: SQLite with a write-ahead log. What a transaction stored is there after
/// kill -9. Any thread may use it; transactions take turns.
class [[nodiscard]] Database {
public:
    /// Opens or makes PATH (mode 0600) and applies the migrations that it does not have yet, in
    /// order. Errors: conflict when it was made by a newer program or is no database, io; the cure
    /// names the file.
    static Result<Database> open(const std::string& path, std::span<const Migration> migrations);
    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    /// Runs FUNCTION(Transaction&), which returns a Result: its value commits, its error rolls
    /// back. Not to be nested. Keep FUNCTION short: everybody else waits.
    template <std::invocable<Transaction&> Function>
    std::invoke_result_t<Function, Transaction&> transaction(Function&& function) {
        DIM_TRY(Scope scope, begin());
        auto result = function(scope.transaction());
        if (!result) return result;
        DIM_CHECK(scope.commit());
        return result;
    }

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
    Result<Scope> begin();
    Result<void> migrate(std::span<const Migration> migrations);
    std::unique_ptr<State> state_;
};

}  // namespace dim::server
