#pragma once

#include "libdim/api/codec.hpp"
#include "libdim/api/problem.hpp"

/// The description of Problem, for the messages that carry one.
namespace dim::api {

template <>
struct Members<Problem> {
    static constexpr auto kAll = std::tuple{
        member("type", &Problem::type),
        member("title", &Problem::title),
        member("status", &Problem::status),
        member("detail", &Problem::detail, limits::kMessageBytes),
        member("cure", &Problem::cure, limits::kMessageBytes),
    };
};

}  // namespace dim::api
