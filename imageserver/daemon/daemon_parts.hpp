#pragma once

#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/chassis/ask_chassis.hpp"
#include "imageserver/chassis/chassis_watch.hpp"
#include "imageserver/daemon/blade_image_upkeep.hpp"
#include "imageserver/daemon/boot_file_renewal.hpp"
#include "imageserver/daemon/bounded_notes.hpp"
#include "imageserver/daemon/daemon.hpp"
#include "imageserver/daemon/dhcp_log_follower.hpp"
#include "imageserver/daemon/insist.hpp"
#include "imageserver/daemon/opened_state.hpp"
#include "imageserver/daemon/server_channel.hpp"
#include "imageserver/daemon/trap_listener.hpp"
#include "imageserver/daemon/upkeep.hpp"
#include "imageserver/download/boot_server.hpp"
#include "imageserver/override/overrides.hpp"
#include "imageserver/service/child_supervisor.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <memory>
#include <string_view>
#include <unistd.h>

namespace dim::server {

/// All objects of the daemon, and what connects them: made and run in daemon.cpp, listens in
/// daemon_listening.cpp, goes on as long as it runs in daemon_upkeep.cpp, ends in daemon_end.cpp.
/// Members are made from top to bottom and go in the other order: each knows only those above.
class Daemon::Parts {
public:
    /// COMMAND_END: what ends the commands in blades' roots. RELAY_END: what is carried to members.
    Parts(DaemonSettings settings, OpenedState state, std::unique_ptr<ChildSupervisor> supervisor,
          sys::Pipe command_end, sys::Pipe relay_end);
    Result<void> listen();
    Result<void> run();

private:
    Result<void> watch_events();
    Result<void> watch_over();
    boost::asio::awaitable<void> come_up(StartStep step);
    void note_firewall(const Result<void>& applied);

    // daemon_listening.cpp
    void note_refusal(const http::Peer& peer, http::Refusal refusal, std::string_view text);
    void note_server_refusal(const http::Peer& peer, http::Refusal refusal, std::string_view text);
    void make_agent_server();
    BootServer::Settings boot_server_settings();
    StartStep listening_for_firmware();
    Result<void> listen_for_agents();
    StartStep listening_for_agents();
    Result<void> listen_for_administrators();

    // daemon_upkeep.cpp
    boost::asio::awaitable<void> keep_up();
    boost::asio::awaitable<void> bring_members_in_line();
    void bring_up_services();
    bool apply_services();
    bool provide_ipxe();
    void collect_boot_files();
    void name_boot_files();
    void collect_trash();

    // daemon_end.cpp
    void handle_signals();
    void drain();
    void end();
    void reload();

    DaemonSettings settings_;
    OpenedState state_;
    SystemClock clock_;
    BootJournal journal_{*state_.database, clock_.now()};
    Assignments assignments_{*state_.database};
    Overrides overrides_{
        {.directory = settings_.overrides, .keys_directory = settings_.keys_directory()},
        *state_.database,
        state_.roster,
        clock_};
    Refusals refusals_{state_.alerts, journal_, state_.roster, clock_};
    DiskWatch disk_{{settings_.state_directory, settings_.provisioning},
                    *state_.images,
                    *state_.database,
                    state_.alerts,
                    clock_};
    Neighbours neighbours_{to_string(state_.bootnet.device), state_.roster, state_.alerts, clock_};
    ChassisKnowledge chassis_{*state_.database};
    Upkeep upkeep_{journal_, state_.alerts, *state_.identity, neighbours_, disk_, chassis_, clock_};
    std::unique_ptr<ChildSupervisor> supervisor_;
    StandardServices services_{*supervisor_,
                               {.directory = settings_.services_directory(),
                                .boot_directory = state_.boot_files.directory(),
                                .mounts = settings_.mounts_directory(),
                                .bootnet = state_.bootnet,
                                .boot_port = settings_.boot_port},
                               {.roster = state_.roster,
                                .assignments = assignments_,
                                .images = *state_.images,
                                .boot_files = state_.boot_files,
                                .database = *state_.database}};

    boost::asio::io_context loop_{1};
    Lanes lanes_;
    boost::asio::steady_timer service_timer_{loop_};
    boost::asio::steady_timer drain_timer_{loop_};
    int draining_ = 0;  ///< servers that still answer; 0: not told to end
    BoundedNotes blade_notes_{lanes_.upkeep};
    BoundedNotes server_notes_{lanes_.upkeep};  ///< their own: one flood does not hide another
    BoundedNotes load_notes_{lanes_.upkeep};

    ServiceAppliers appliers_{
        loop_.get_executor(),
        lanes_.dhcp,
        lanes_.exports,
        {.dhcp = services_.dhcp(), .exports = services_.exports(), .names = services_.names()}};
    EditedBlades edited_blades_{state_.roster, journal_, clock_};
    ImageEdits image_edits_{*state_.images, state_.boot_files, edited_blades_};
    OverrideEdits override_edits_{overrides_, *state_.images, edited_blades_};
    OverrideRenewal override_renewal_{override_edits_,    *state_.images, *state_.revisions,
                                      *state_.database,   state_.alerts,  clock_,
                                      settings_.overrides};
    RenameEdits rename_edits_{*state_.images, state_.boot_files, assignments_, settings_.overrides,
                              edited_blades_};
    BladeImageUpkeep blade_image_upkeep_{override_renewal_, *state_.images, lanes_.images,
                                         state_.alerts,     clock_,         settings_.check_days};
    BootFileRenewal boot_file_renewal_{state_.boot_files,
                                       lanes_.images,
                                       state_.alerts,
                                       clock_,
                                       {.tell = [this] { name_boot_files(); },
                                        .missing = [this] { return services_.dhcp().missing(); }}};
    BladeChecks checks_{*state_.images, edited_blades_, settings_.check_days};
    BladeLooks looks_{{.images = *state_.images,
                       .assignments = assignments_,
                       .overrides = overrides_,
                       .database = *state_.database,
                       .state_directory = settings_.state_directory}};
    ExportEdits export_edits_{*state_.images, edited_blades_};
    AssignmentEdits assignment_edits_{assignments_, *state_.images, state_.boot_files,
                                      edited_blades_};
    MacEdits mac_edits_{state_.roster, *state_.database, state_.alerts, edited_blades_};
    ClusterEdits cluster_edits_{
        settings_.cluster_file,
        state_.roster,
        *state_.revisions,
        appliers_,
        ChangeWarnings(state_.roster, assignments_, journal_, *state_.images),
        journal_,
        state_.alerts,
        clock_};
    BootnetFirewall firewall_{{.directory = settings_.services_directory() + "/firewall",
                               .bootnet = state_.bootnet,
                               .boot_port = settings_.boot_port,
                               .on_apply = [this](const auto& done) { note_firewall(done); }}};
    BladeCommands commands_;
    AuthorityEdits authority_edits_{*state_.identity, state_.boot_files, journal_, state_.roster,
                                    clock_};
    BootPlanner planner_{state_.bootnet.address, assignments_, *state_.images, services_.nfs()};
    NameQuery names_{state_.roster, assignments_, journal_};
    RestartQuery restarts_{state_.roster, assignments_, journal_, *state_.images,
                           [this](const auto& image, auto generation) {
                               return state_.boot_files.of_generation(image, generation);
                           }};
    JobStream jobs_{loop_.get_executor(), appliers_};

    BladeNews news_;
    SyncEdits sync_edits_{*state_.images,
                          overrides_,
                          edited_blades_,
                          {.offer_shared_roots = [this] { return services_.exports().apply(); },
                           .name_boot_files = [this] { name_boot_files(); },
                           .tell_blade = [this](const auto& blade) { news_.tell(blade); }}};
    ConflictEdits conflict_edits_{*state_.images, overrides_, edited_blades_};
    LoggedSyncs syncs_{sync_edits_, *state_.images, *state_.database, edited_blades_};
    AgentResource agent_{planner_, state_.roster, journal_, refusals_, clock_, lanes_, news_};
    ChassisWatch chassis_watch_{{.roster = state_.roster,
                                 .knowledge = chassis_,
                                 .journal = journal_,
                                 .alerts = state_.alerts,
                                 .clock = clock_,
                                 .ask = ask_chassis,
                                 .read_credentials = read_credentials}};
    TrapListener traps_{settings_.traps, chassis_watch_, loop_, lanes_.upkeep.get_executor()};
    StatusResource status_{{.services = services_,
                            .roster = state_.roster,
                            .assignments = assignments_,
                            .images = *state_.images,
                            .boot_files = state_.boot_files,
                            .journal = journal_,
                            .alerts = state_.alerts,
                            .disk = disk_,
                            .chassis = chassis_,
                            .clock = clock_},
                           lanes_.answers};
    Membership membership_{
        {.cluster = to_string(state_.roster.definition()->name),
         .listening = settings_.servers,
         .show = [this] { return server_channel_.show_news(state_.alerts, clock_); }},
        *state_.database,
        *state_.random,
        state_.roster,
        clock_};
    ClusterRollout rollout_{
        state_.roster.server(),
        cluster_edits_,
        [this](const auto& edit) {
            return boost::asio::post(lanes_.edits, boost::asio::use_future(edit)).get();
        },
        membership_,
        *state_.database,
        state_.alerts,
        clock_};
    IncomingEdits incoming_edits_{*state_.images, state_.boot_files, settings_.state_directory};
    ServerSyncs server_syncs_{
        *state_.images,
        membership_,
        state_.roster,
        {.state_directory = settings_.state_directory,
         .post_on_image = [this](const model::ImageName& image, std::function<void()> work) {
             boost::asio::post(lanes_.images.of(image), std::move(work));
         }}};
    AdminResource admin_{.image_edits = image_edits_,
                         .export_edits = export_edits_,
                         .assignment_edits = assignment_edits_,
                         .mac_edits = mac_edits_,
                         .cluster_edits = cluster_edits_,
                         .firewall = firewall_,
                         .commands = commands_,
                         .authority_edits = authority_edits_,
                         .override_edits = override_edits_,
                         .rename_edits = rename_edits_,
                         .syncs = syncs_,
                         .conflict_edits = conflict_edits_,
                         .incoming_edits = incoming_edits_,
                         .server_syncs = server_syncs_,
                         .looks = looks_,
                         .checks = checks_,
                         .membership = membership_,
                         .rollout = rollout_,
                         .images = *state_.images,
                         .boot_files = state_.boot_files,
                         .dhcp = services_.dhcp(),
                         .exports = services_.exports(),
                         .names = names_,
                         .restarts = restarts_,
                         .jobs = jobs_,
                         .lanes = lanes_,
                         .clock = clock_};
    Router router_{[](const http::Peer& peer) { return is_local_administrator(peer, geteuid()); }};
    /// What the management node may ask here, and who wants to join.
    Router server_router_{
        [this](const http::Peer& peer) { return membership_.is_management(peer.certificate); },
        "only the management node may that this server has joined: 'dim server list' here"};
    ServerChannel server_channel_;
    DhcpLogFollower dhcp_log_{{.file = services_.dhcp_log_file(),
                               .open =
                                   [this] {
                                       return DhcpLogWatch::open(services_.dhcp_log_file(),
                                                                 journal_, state_.roster, refusals_,
                                                                 clock_);
                                   },
                               .lane = lanes_.upkeep.get_executor()},
                              loop_};
    BootServer boot_server_{boot_server_settings(),
                            BootDownloads(state_.boot_files.directory(), *state_.database)};
    std::unique_ptr<http::Server> admin_server_;
    std::unique_ptr<http::Server> agent_server_;
};

}  // namespace dim::server
