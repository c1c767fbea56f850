#pragma once

#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <string>
#include <string_view>

namespace dim::server {

/// Errors: not_found, with a cure, when there is no file; limit_exceeded.
Result<std::string> read_cluster_file(const std::string& path);

/// Which of the cluster's servers this one is: the one asked for, else the only one, else the one
/// named as this host. Errors: not_found, with the names there are.
Result<model::ComponentName> choose_server(const cluster::Definition& definition,
                                           std::string_view asked, std::string_view host_name);

}  // namespace dim::server
