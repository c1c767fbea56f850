#include "imageserver/api/admin_resource.hpp"

namespace dim::server {

void add_admin_routes(Router& router, AdminResource& admin) {
    add_image_routes(router, admin);
    add_blade_image_routes(router, admin);
    add_pin_routes(router, admin);
    add_rename_routes(router, admin);
    add_sync_routes(router, admin);
    add_push_routes(router, admin);
    add_export_routes(router, admin);
    add_assignment_routes(router, admin);
    add_mac_routes(router, admin);
    add_boot_file_routes(router, admin);
    add_cluster_routes(router, admin);
    add_authority_routes(router, admin);
    add_name_routes(router, admin);
    add_restart_routes(router, admin);
    add_adoption_routes(router, admin);
    add_firewall_routes(router, admin);
    add_command_routes(router, admin);
    add_override_routes(router, admin);
    add_look_routes(router, admin);
    add_server_routes(router, admin);
}

}  // namespace dim::server
