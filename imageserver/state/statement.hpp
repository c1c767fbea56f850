#pragma once

#include "libdim/base/result.hpp"

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace dim::server {

/// A running SQL statement; lives inside the Database::transaction() that made it.
class [[nodiscard]] Statement {
public:
    /// Moves to the next row; false when there is none. Errors: already_exists for a broken
    /// uniqueness rule, conflict for another rule, io.
    Result<bool> next();

    /// Of the present row, columns from 0.
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    bool is_null(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;
    std::optional<std::string> optional_text(int column) const;

private:
    friend class Transaction;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

    // A text is copied.
    void bind(int index, std::string_view value);
    void bind(int index, std::int64_t value);
    void bind(int index, double value);
    void bind_null(int index);

    template <class Value>
    void bind_value(int index, const Value& value) {
        if constexpr (std::convertible_to<Value, std::string_view>) {
            bind(index, std::string_view(value));
        } else if constexpr (std::integral<Value>) {
            bind(index, static_cast<std::int64_t>(value));
        } else if constexpr (std::floating_point<Value>) {
            bind(index, static_cast<double>(value));
        } else {
            static_assert(requires { value.has_value(); }, "bind text, a number or an optional");
            if (value.has_value()) {
                bind_value(index, *value);
            } else {
                bind_null(index);
            }
        }
    }

    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace dim::server
