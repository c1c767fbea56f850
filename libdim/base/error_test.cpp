#include "libdim/base/error.hpp"
#include "libdim/base/result.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace dim {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return fail(ErrorCode::invalid_input, "odd");
    return number / 2;
}

Result<int> quarter(int number) {
    DIM_TRY(const int once, half(number));
    DIM_TRY(const int twice, half(once));
    return twice;
}

Result<void> check_even(int number) {
    DIM_CHECK(half(number));
    return {};
}

TEST(Error, FromErrnoNamesTheThingAndChoosesTheKind) {
    const Error error = Error::from_errno(ENOENT, "open /x");
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    EXPECT_EQ(error.system_errno(), ENOENT);
    EXPECT_EQ(error.message(), "open /x: No such file or directory");
    EXPECT_EQ(Error::from_errno(ECONNREFUSED, "x").code(), ErrorCode::unavailable);
    EXPECT_EQ(Error::from_errno(EIO, "x").code(), ErrorCode::io);
}

TEST(Error, ContextGoesBeforeAndCureBehind) {
    Error error =
        Error(ErrorCode::io, "disk full").with_context("create 'b1'").with_cure("free some space");
    EXPECT_EQ(error.message(), "create 'b1': disk full");
    EXPECT_EQ(to_string(error), "create 'b1': disk full (free some space)");
    EXPECT_EQ(Error(error).with_default_cure("wait").cure(), "free some space");
    EXPECT_EQ(Error(ErrorCode::io, "x").with_default_cure("wait").cure(), "wait");
}

TEST(Result, TryReturnsTheFirstError) {
    EXPECT_EQ(quarter(3).error().message(), "odd");
    EXPECT_EQ(quarter(6).error().message(), "odd");
    EXPECT_EQ(quarter(8), 2);
    EXPECT_FALSE(check_even(1));
    EXPECT_TRUE(check_even(2));
}

}  // namespace
}  // namespace dim
