#pragma once

#include "libdim/api/codec.hpp"
#include "libdim/api/image_messages.hpp"

/// The description of TreeDifference, for the messages that carry some.
namespace dim::api {

template <>
struct Members<TreeDifference> {
    static constexpr auto kAll = std::tuple{
        member("path", &TreeDifference::path, limits::kTreePathBytes),
        member("kind", &TreeDifference::kind),
        member("aspects", &TreeDifference::aspects),
    };
};

}  // namespace dim::api
