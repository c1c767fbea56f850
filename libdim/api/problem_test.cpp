#include "libdim/api/problem.hpp"

#include <array>

#include <gtest/gtest.h>

namespace dim::api {
namespace {

constexpr std::array kCodes{
    ErrorCode::invalid_input, ErrorCode::not_found,         ErrorCode::already_exists,
    ErrorCode::conflict,      ErrorCode::permission_denied, ErrorCode::limit_exceeded,
    ErrorCode::timed_out,     ErrorCode::unavailable,       ErrorCode::io,
    ErrorCode::internal};

TEST(Problem, OfAnUnknownTypeIsInternal) {
    EXPECT_EQ(to_error({"urn:else", "", 418, "a teapot", std::nullopt}),
              Error(ErrorCode::internal, "a teapot"));
}

TEST(Problem, EveryKindOfErrorCrossesTheApi) {
    for (const ErrorCode code : kCodes) {
        const Error error = Error(code, "what happened").with_cure("what to do");
        const Problem problem = to_problem(error);
        EXPECT_GE(problem.status, 400u);
        EXPECT_LT(problem.status, 600u);
        EXPECT_FALSE(problem.title.empty());
        EXPECT_EQ(to_error(problem), error);
    }
}

TEST(Problem, HasNoEmptyCure) {
    EXPECT_EQ(to_problem(Error(ErrorCode::io, "bad")).cure, std::nullopt);
}

}  // namespace
}  // namespace dim::api
