#pragma once

#include "libdim/base/error.hpp"

#include <expected>
#include <string>
#include <utility>

namespace dim {

/// What every function returns that can fail.
template <class T>
using Result = std::expected<T, Error>;

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
