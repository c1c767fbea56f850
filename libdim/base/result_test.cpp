#include "libdim/base/result.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace dim {
namespace {

Error full() { return Error(ErrorCode::io, "the disk is full"); }

TEST(Result, TwoFailuresAreEqualWhenTheirErrorsAre) {
    const Result<int> a = fail(full());
    const Result<int> b = fail(full());
    const Result<int> other = fail(ErrorCode::io, "the disk is gone");
    EXPECT_TRUE(a == b);
    EXPECT_FALSE(a == other);
    EXPECT_TRUE(a == std::unexpected(full()));
    EXPECT_FALSE(a == 0);
    EXPECT_TRUE(Result<void>(fail(full())) != Result<void>());
    EXPECT_TRUE(Result<void>(fail(full())) == std::unexpected(full()));
}

TEST(Result, ACopyOfAFalseValueIsFalse) {
    Result<bool> no = false;
    Result<bool> copy = no;  // not whether there is a value
    EXPECT_TRUE(copy == false);
    copy = fail(full());
    no = copy;
    EXPECT_TRUE(no == std::unexpected(full()));
}

TEST(Result, ConvertsWhatItsValueConverts) {
    const auto name = []() -> Result<std::string> { return "blade"; };
    const Result<const char*> literal = "blade";
    EXPECT_TRUE(name() == "blade");
    EXPECT_TRUE(name() == Result<std::string>(literal));
    const auto owned = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
    EXPECT_EQ(**owned(), 7);
}

TEST(Result, TakesAndGivesAStandardExpected) {
    const std::expected<int, Error> plain = 7;
    const Result<int> own = plain;
    const std::expected<int, Error>& back = own;
    EXPECT_EQ(back, plain);
}

TEST(Result, ItsOwnErrorIsPassedUpAsItIs) {
    enum class Flaw { too_long };
    const auto inner = []() -> Result<int, Flaw> { return std::unexpected(Flaw::too_long); };
    const auto outer = [&]() -> Result<std::string, Flaw> {
        DIM_TRY(const int value, inner());
        return std::to_string(value);
    };
    EXPECT_TRUE(outer() == std::unexpected(Flaw::too_long));
}

}  // namespace
}  // namespace dim
