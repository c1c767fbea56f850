#include "libdim/api/problem.hpp"

#include "libdim/api/problem_codec.hpp"

#include <array>

namespace dim::api {

namespace {

constexpr std::string_view kTypePrefix = "urn:dim:error:";

struct Row {
    ErrorCode code;
    std::uint32_t status;  // RFC 9110, section 15
    std::string_view title;
};

constexpr std::array<Row, 10> kRows{{
    {ErrorCode::invalid_input, 400, "The request is not valid"},
    {ErrorCode::permission_denied, 403, "Not allowed"},
    {ErrorCode::not_found, 404, "No such thing"},
    {ErrorCode::already_exists, 409, "It exists already"},
    {ErrorCode::conflict, 409, "Not possible in the present state"},
    {ErrorCode::limit_exceeded, 413, "Too large or too many"},
    {ErrorCode::internal, 500, "Internal error"},
    {ErrorCode::io, 500, "The system refused"},
    {ErrorCode::unavailable, 503, "Not ready"},
    {ErrorCode::timed_out, 504, "No answer in time"},
}};

const Row& row_of(ErrorCode code) {
    for (const Row& row : kRows)
        if (row.code == code) return row;
    std::unreachable();
}

}  // namespace

DIM_API_MESSAGE(Problem, limits::kMessageBytes)

Problem to_problem(const Error& error) {
    const Row& row = row_of(error.code());
    return {std::string(kTypePrefix).append(to_string(error.code())), std::string(row.title),
            row.status, error.message(),
            error.cure().empty() ? std::nullopt : std::optional(error.cure())};
}

Error to_error(const Problem& problem) {
    ErrorCode code = ErrorCode::internal;
    for (const Row& row : kRows) {
        if (problem.type == std::string(kTypePrefix).append(to_string(row.code))) code = row.code;
    }
    return Error(code, problem.detail).with_cure(problem.cure.value_or(""));
}

}  // namespace dim::api
