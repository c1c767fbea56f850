#pragma once

#include "imageserver/api/job_stream.hpp"
#include "imageserver/api/lanes.hpp"
#include "imageserver/api/router.hpp"
#include "imageserver/apply/blade_dhcp.hpp"
#include "imageserver/apply/blade_exports.hpp"
#include "imageserver/blade/name_query.hpp"
#include "imageserver/blade/restart_query.hpp"
#include "imageserver/cluster/cluster_edits.hpp"
#include "imageserver/cluster/cluster_rollout.hpp"
#include "imageserver/edit/assignment_edits.hpp"
#include "imageserver/edit/authority_edits.hpp"
#include "imageserver/edit/blade_checks.hpp"
#include "imageserver/edit/conflict_edits.hpp"
#include "imageserver/edit/export_edits.hpp"
#include "imageserver/edit/image_edits.hpp"
#include "imageserver/edit/incoming_edits.hpp"
#include "imageserver/edit/logged_syncs.hpp"
#include "imageserver/edit/mac_edits.hpp"
#include "imageserver/edit/override_edits.hpp"
#include "imageserver/edit/rename_edits.hpp"
#include "imageserver/edit/server_syncs.hpp"
#include "imageserver/exec/blade_commands.hpp"
#include "imageserver/firewall/bootnet_firewall.hpp"
#include "imageserver/look/blade_looks.hpp"
#include "imageserver/peer/membership.hpp"

namespace dim::server {

/// What the requests of administrators need. Questions are answered on lanes.answers, edits are
/// made on lanes.edits, long work on lanes.images; nothing on the event loop.
struct AdminResource {
    ImageEdits& image_edits;
    ExportEdits& export_edits;
    AssignmentEdits& assignment_edits;
    MacEdits& mac_edits;
    ClusterEdits& cluster_edits;
    BootnetFirewall& firewall;
    BladeCommands& commands;
    AuthorityEdits& authority_edits;
    OverrideEdits& override_edits;
    RenameEdits& rename_edits;
    LoggedSyncs& syncs;
    ConflictEdits& conflict_edits;
    IncomingEdits& incoming_edits;
    ServerSyncs& server_syncs;
    BladeLooks& looks;
    BladeChecks& checks;
    Membership& membership;
    ClusterRollout& rollout;
    const Images& images;
    const BootFiles& boot_files;
    const BladeDhcp& dhcp;
    const BladeExports& exports;
    NameQuery& names;
    RestartQuery& restarts;
    JobStream& jobs;
    Lanes& lanes;
    const WallClock& clock;
};

// One for each group of paths; ADMIN, which must outlive ROUTER.
void add_image_routes(Router& router, AdminResource& admin);
void add_blade_image_routes(Router& router, AdminResource& admin);
void add_pin_routes(Router& router, AdminResource& admin);
void add_rename_routes(Router& router, AdminResource& admin);
void add_sync_routes(Router& router, AdminResource& admin);
void add_push_routes(Router& router, AdminResource& admin);
void add_export_routes(Router& router, AdminResource& admin);
void add_assignment_routes(Router& router, AdminResource& admin);
void add_mac_routes(Router& router, AdminResource& admin);
void add_boot_file_routes(Router& router, AdminResource& admin);
void add_cluster_routes(Router& router, AdminResource& admin);
void add_authority_routes(Router& router, AdminResource& admin);
void add_name_routes(Router& router, AdminResource& admin);
void add_restart_routes(Router& router, AdminResource& admin);
void add_adoption_routes(Router& router, AdminResource& admin);
void add_firewall_routes(Router& router, AdminResource& admin);
void add_command_routes(Router& router, AdminResource& admin);
void add_override_routes(Router& router, AdminResource& admin);
void add_look_routes(Router& router, AdminResource& admin);
void add_server_routes(Router& router, AdminResource& admin);
/// For the listener that other servers ask at; not among the others.
void add_join_route(Router& router, AdminResource& admin);
/// All of the above but that.
void add_admin_routes(Router& router, AdminResource& admin);

}  // namespace dim::server
