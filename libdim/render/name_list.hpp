#pragma once

#include "libdim/api/cluster_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <optional>
#include <span>

namespace dim::render {

/// What a place stands for in QUERY: "blade" unless it says; nothing for "any". Errors:
/// invalid_input for an unknown role.
Result<std::optional<cluster::ComponentRole>> role_of(const api::NameQuery& query);

/// The components at POSITIONS, which are sorted and present, with their names and addresses.
Result<api::NameList> name_list(const cluster::Definition& definition,
                                std::span<const cluster::Position> positions);

}  // namespace dim::render
