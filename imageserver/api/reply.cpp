#include "imageserver/api/reply.hpp"

#include "libdim/api/problem.hpp"

#include <chrono>

namespace dim::server {

namespace {

constexpr std::chrono::seconds kRetryAfter{5};

}  // namespace

http::Response problem_response(const Error& error, std::optional<int> status) {
    api::Problem problem = api::to_problem(error);
    if (status) problem.status = static_cast<std::uint32_t>(*status);
    http::Response response;
    response.status = static_cast<int>(problem.status);
    response.content_type = "application/problem+json";
    response.body = api::to_json(problem) + '\n';
    if (response.status == 503 || response.status == 504) response.retry_after = kRetryAfter;
    return response;
}

}  // namespace dim::server
