#pragma once

#include "tools/command.hpp"

/// One function a command, each in the file of its name.
namespace dim::tool {

CommandTable command_table();

Action bcadmin(CLI::App& app);
Action bctool(CLI::App& app);
Action blade_adopt(CLI::App& app);
Action blade_cat(CLI::App& app);
Action blade_check(CLI::App& app);
Action blade_create(CLI::App& app);
Action blade_delete(CLI::App& app);
Action blade_diff(CLI::App& app);
Action blade_discover(CLI::App& app);
Action blade_exec(CLI::App& app);
Action blade_explain(CLI::App& app);
Action blade_learn(CLI::App& app);
Action blade_list(CLI::App& app);
Action blade_purge(CLI::App& app);
Action blade_resize(CLI::App& app);
Action blade_restarts(CLI::App& app);
Action blade_restore(CLI::App& app);
Action blade_show(CLI::App& app);
Action buildzimage(CLI::App& app);
Action ca_rotate(CLI::App& app);
Action console(CLI::App& app);
Action power(CLI::App& app);
Action server_list(CLI::App& app);
Action server_token(CLI::App& app);
Action server_join(CLI::App& app);
Action server_leave(CLI::App& app);
Action server_remove(CLI::App& app);
Action ca_show(CLI::App& app);
Action changeset_apply(CLI::App& app);
Action changeset_create(CLI::App& app);
Action changeset_show(CLI::App& app);
Action changeset_verify(CLI::App& app);
Action cluster_apply(CLI::App& app);
Action cluster_check(CLI::App& app);
Action cluster_diff(CLI::App& app);
Action cluster_explain(CLI::App& app);
Action cluster_history(CLI::App& app);
Action cluster_names(CLI::App& app);
Action cluster_reload(CLI::App& app);
Action cluster_rollback(CLI::App& app);
Action cluster_show(CLI::App& app);
Action deploy(CLI::App& app);
Action dhcp_assign(CLI::App& app);
Action dhcp_render(CLI::App& app);
Action dhcp_show(CLI::App& app);
Action dhcp_unassign(CLI::App& app);
Action dns_render(CLI::App& app);
Action firewall_apply(CLI::App& app);
Action firewall_remove(CLI::App& app);
Action firewall_show(CLI::App& app);
Action image_adopt(CLI::App& app);
Action image_check(CLI::App& app);
Action image_diff(CLI::App& app);
Action image_generations(CLI::App& app);
Action image_import(CLI::App& app);
Action image_label(CLI::App& app);
Action image_set(CLI::App& app);
Action image_list(CLI::App& app);
Action image_pin(CLI::App& app);
Action image_remove(CLI::App& app);
Action image_rename(CLI::App& app);
Action image_collect(CLI::App& app);
Action image_rollback(CLI::App& app);
Action image_show(CLI::App& app);
Action image_unpin(CLI::App& app);
Action image_update(CLI::App& app);
Action nfs_export(CLI::App& app);
Action nfs_show(CLI::App& app);
Action nfs_unexport(CLI::App& app);
Action override_apply(CLI::App& app);
Action override_list(CLI::App& app);
Action override_show(CLI::App& app);
Action status(CLI::App& app);
Action sync_conflicts(CLI::App& app);
Action sync_explain(CLI::App& app);
Action sync_image(CLI::App& app);
Action sync_log(CLI::App& app);
Action sync_resolve(CLI::App& app);
Action sync_server(CLI::App& app);
Action sync_status(CLI::App& app);
Action sync_undo(CLI::App& app);
Action syncit(CLI::App& app);
Action undeploy(CLI::App& app);

}  // namespace dim::tool
