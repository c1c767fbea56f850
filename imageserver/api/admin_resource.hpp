#pragma once

#include "imageserver/administration/administration.hpp"
#include "imageserver/administration/name_query.hpp"
#include "imageserver/api/job_stream.hpp"
#include "imageserver/api/router.hpp"
#include "imageserver/cluster/cluster_administration.hpp"
#include "libdim/api/admin_messages.hpp"

#include <functional>
#include <optional>

namespace dim::server {

/// What the requests of images, exports, assignments, boot files and the cluster definition need.
struct AdminResource {
    Administration& administration;
    ClusterAdministration& cluster;
    NameQuery& names;
    JobStream& jobs;
    boost::asio::thread_pool& workers;  ///< for answers that take longer than an event may
    std::function<model::Timestamp()> clock;
    /// What is there; quick.
    std::function<Result<api::ImageList>()> images;
    std::function<Result<api::BladeImageList>()> blade_images;
    std::function<api::NfsExportList()> exports;
    std::function<Result<std::optional<api::BootFile>>(const model::ImageName&)> boot_file;
};

// One for each group of paths; ADMIN and ROUTER go together.
void add_image_routes(Router& router, const AdminResource& admin);
void add_blade_image_routes(Router& router, const AdminResource& admin);
void add_export_routes(Router& router, const AdminResource& admin);
void add_assignment_routes(Router& router, const AdminResource& admin);
void add_boot_file_routes(Router& router, const AdminResource& admin);
void add_cluster_routes(Router& router, const AdminResource& admin);
void add_name_routes(Router& router, const AdminResource& admin);

}  // namespace dim::server
