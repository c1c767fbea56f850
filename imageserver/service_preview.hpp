#pragma once

#include "imageserver/nfs/nfs_exports.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <span>
#include <string>
#include <vector>

namespace dim::server {

/// All that the configurations of one image server's services are made of.
struct ServiceInput {
    const cluster::Definition& definition;
    model::ComponentName server;
    std::vector<api::DhcpHost> hosts;
    NfsClients clients;
};

/// The services whose configuration differs between BEFORE and AFTER. IMAGES: the blade images
/// there are. Errors: those of rendering.
Result<std::vector<std::string>> reloaded_services(const ServiceInput& before,
                                                   const ServiceInput& after,
                                                   std::span<const api::BladeImage> images);

}  // namespace dim::server
