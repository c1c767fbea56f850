#pragma once

#include "libdim/base/error.hpp"

#include <expected>
#include <string>
#include <type_traits>
#include <utility>

namespace dim {

/// What every function returns that can fail; the compiler refuses a call whose Result nobody looks
/// at. E is Error, but where code alone reads the failure and turns it into an Error further up.
template <class T, class E = Error>
class [[nodiscard]] Result : public std::expected<T, E> {
public:
    using std::expected<T, E>::expected;
    // NOLINTNEXTLINE(google-explicit-constructor): the same value and error
    Result(std::expected<T, E> other) noexcept(
        std::is_nothrow_move_constructible_v<std::expected<T, E>>)
        : std::expected<T, E>(std::move(other)) {}
};

// Of their own, because those of std::expected would take a Result for a value to compare with.
template <class T, class E>
bool operator==(const Result<T, E>& a, const Result<T, E>& b) {
    const std::expected<T, E>& left = a;
    return left == static_cast<const std::expected<T, E>&>(b);
}
template <class T, class E>
bool operator==(const Result<T, E>& a, const std::unexpected<E>& b) {
    return static_cast<const std::expected<T, E>&>(a) == b;
}
template <class T, class E, class Value>
    requires(!std::is_base_of_v<std::expected<T, E>, Value>)
bool operator==(const Result<T, E>& a, const Value& b) {
    return static_cast<const std::expected<T, E>&>(a) == b;
}

inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error(code, std::move(message)));
}

}  // namespace dim

#define DIM_CONCAT_INNER(a, b) a##b
#define DIM_CONCAT(a, b) DIM_CONCAT_INNER(a, b)

/// DIM_TRY(Declaration, expression): declares the value of a Result, or returns its error.
#define DIM_TRY(declaration, ...) \
    DIM_TRY_IMPL(DIM_CONCAT(dim_result_, __COUNTER__), declaration, __VA_ARGS__)
#define DIM_TRY_IMPL(result, declaration, ...)                      \
    auto&& result = (__VA_ARGS__);                                  \
    if (!result) return std::unexpected(std::move(result).error()); \
    declaration = *std::move(result)

/// DIM_CHECK(expression): returns the error of a Result<void>, if it has one.
#define DIM_CHECK(...) DIM_CHECK_IMPL(DIM_CONCAT(dim_result_, __COUNTER__), __VA_ARGS__)
#define DIM_CHECK_IMPL(result, ...) \
    if (auto result = (__VA_ARGS__); !result) return std::unexpected(std::move(result).error())
