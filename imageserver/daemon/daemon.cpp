#include "imageserver/daemon/daemon.hpp"

#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/reply.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/chassis/ask_chassis.hpp"
#include "imageserver/chassis/chassis_watch.hpp"
#include "imageserver/daemon/blade_image_upkeep.hpp"
#include "imageserver/daemon/bounded_notes.hpp"
#include "imageserver/daemon/dhcp_log_follower.hpp"
#include "imageserver/daemon/insist.hpp"
#include "imageserver/daemon/io_watch.hpp"
#include "imageserver/daemon/open_files.hpp"
#include "imageserver/daemon/opened_state.hpp"
#include "imageserver/daemon/report.hpp"
#include "imageserver/daemon/server_channel.hpp"
#include "imageserver/daemon/trap_listener.hpp"
#include "imageserver/daemon/upkeep.hpp"
#include "imageserver/daemon/watchdog.hpp"
#include "imageserver/override/overrides.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/log.hpp"
#include "libdim/snmp/session.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/notify.hpp"
#include "libdim/sys/signals.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kMemberRetry{30};
constexpr std::chrono::seconds kServiceRetry{15};
/// For answers under way when the daemon is told to end; within what a service manager waits.
constexpr std::chrono::seconds kDrainTime{20};

}  // namespace

// Members are made from top to bottom and go in the other order: each knows only those above.
class Daemon::Parts {
public:
    /// COMMAND_END: what ends the commands in blades' roots. RELAY_END: what is carried to members.
    Parts(DaemonSettings settings, OpenedState state, std::unique_ptr<ChildSupervisor> supervisor,
          sys::Pipe command_end, sys::Pipe relay_end);
    Result<void> listen();
    Result<void> run();

private:
    asio::awaitable<void> come_up(StartStep step);
    StartStep listening_for_agents();
    void make_agent_server();
    Result<void> listen_for_agents();
    Result<void> listen_for_administrators();
    Result<void> watch_events();
    Result<void> watch_over();
    asio::awaitable<void> keep_up();
    asio::awaitable<void> bring_members_in_line();
    void note_refusal(const http::Peer& peer, http::Refusal refusal, std::string_view text);

    void note_server_refusal(const http::Peer& peer, http::Refusal refusal, std::string_view text);
    void note_firewall(const Result<void>& applied);
    void bring_up_services();
    bool apply_services();
    void collect_boot_files();
    void collect_trash();
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
                                .bootnet = state_.bootnet},
                               {.roster = state_.roster,
                                .assignments = assignments_,
                                .images = *state_.images,
                                .boot_files = state_.boot_files,
                                .database = *state_.database}};

    asio::io_context loop_{1};
    Lanes lanes_;
    asio::steady_timer service_timer_{loop_};
    asio::steady_timer drain_timer_{loop_};
    int draining_ = 0;  ///< servers that still answer; 0: not told to end
    BoundedNotes blade_notes_{lanes_.upkeep};
    BoundedNotes server_notes_{lanes_.upkeep};  ///< their own: one flood does not hide another

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
                               .on_apply = [this](const auto& done) { note_firewall(done); }}};
    BladeCommands commands_;
    AuthorityEdits authority_edits_{*state_.identity, state_.boot_files, journal_, state_.roster,
                                    clock_};
    BootPlanner planner_{state_.bootnet.address, assignments_, *state_.images, services_.nfs()};
    NameQuery names_{state_.roster, assignments_, journal_};
    RestartQuery restarts_{
        state_.roster, assignments_, journal_, *state_.images,
        [this](const model::ImageName& image) { return kernel_of(state_.boot_files, image); }};
    JobStream jobs_{loop_.get_executor(), appliers_};

    BladeNews news_;
    SyncEdits sync_edits_{*state_.images,
                          overrides_,
                          edited_blades_,
                          {.offer_shared_roots = [this] { return services_.exports().apply(); },
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
    StatusResource status_{services_, state_.roster, assignments_, journal_,      state_.alerts,
                           disk_,     chassis_,      clock_,       lanes_.answers};
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
        [this](const auto& edit) { return asio::post(lanes_.edits, asio::use_future(edit)).get(); },
        membership_,
        *state_.database,
        state_.alerts,
        clock_};
    IncomingEdits incoming_edits_{*state_.images, settings_.state_directory};
    ServerSyncs server_syncs_{
        *state_.images,
        membership_,
        state_.roster,
        {.state_directory = settings_.state_directory,
         .post_on_image = [this](const model::ImageName& image, std::function<void()> work) {
             asio::post(lanes_.images.of(image), std::move(work));
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
    std::unique_ptr<http::Server> admin_server_;
    std::unique_ptr<http::Server> agent_server_;
};

Daemon::Parts::Parts(DaemonSettings settings, OpenedState state,
                     std::unique_ptr<ChildSupervisor> supervisor, sys::Pipe command_end,
                     sys::Pipe relay_end)
    : settings_(std::move(settings)),
      state_(std::move(state)),
      supervisor_(std::move(supervisor)),
      commands_(settings_.blade_exec, *state_.images, assignments_, edited_blades_,
                std::move(command_end)),
      server_channel_({.listening = settings_.servers,
                       .member_socket = settings_.member_socket(),
                       .is_blade =
                           [this](std::uint32_t address) {
                               return state_.bootnet.network.network.contains(
                                   model::Ipv4Address(address));
                           }},
                      loop_, lanes_, membership_, std::move(relay_end),
                      std::bind_front(&Router::handle, &server_router_),
                      std::bind_front(&Parts::note_server_refusal, this)) {
    state_.images->use(overrides_);
    router_.on_unknown([this](const http::Peer& peer, std::string_view text) {
        note_refusal(peer, http::Refusal::malformed, text);
    });
    agent_.add_routes(router_);
    status_.add_routes(router_);
    add_admin_routes(router_, admin_);
    status_.add_routes(server_router_);
    add_admin_routes(server_router_, admin_);
    add_join_route(server_router_, admin_);
}

void Daemon::Parts::note_refusal(const http::Peer& peer, http::Refusal refusal,
                                 std::string_view text) {
    blade_notes_.post(
        [this, peer, refusal, text = std::string(text)] { refusals_.note(peer, refusal, text); });
}

void Daemon::Parts::note_server_refusal(const http::Peer& peer, http::Refusal refusal,
                                        std::string_view text) {
    std::string what = std::string(http::to_string(refusal)) + ": " + std::string(text);
    server_notes_.post([this, origin = to_string(peer), what = std::move(what)] {
        state_.alerts.note({"server-channel", origin, what,
                            "'dim server list' shows which image servers belong together"},
                           clock_.now());
    });
}

void Daemon::Parts::note_firewall(const Result<void>& applied) {
    if (applied) return state_.alerts.forget("firewall", "nftables");
    report("packet filter", applied.error());
    state_.alerts.note(
        {"firewall", "nftables",
         "other networks may reach this server's services: " + applied.error().message(),
         applied.error().cure()},
        clock_.now());
}

void Daemon::Parts::make_agent_server() {
    http::Server::Settings settings;
    settings.admits = [this](std::uint32_t address) {
        return state_.roster.has(model::Ipv4Address(address));
    };
    settings.handshake_executor = lanes_.handshakes.get_executor();
    agent_server_ = std::make_unique<http::Server>(loop_.get_executor(), std::move(settings),
                                                   std::bind_front(&Router::handle, &router_),
                                                   std::bind_front(&Parts::note_refusal, this));
}

Result<void> Daemon::Parts::listen_for_agents() {
    DIM_TRY(auto tls, state_.identity->server_settings());
    const auto port =
        agent_server_->listen_tls(state_.bootnet.address.value(), api::kAgentPort,
                                  std::make_shared<const tls::ServerSettings>(std::move(tls)),
                                  to_string(state_.bootnet.device));
    if (port) return {};
    return fail(Error(port.error())
                    .with_cure("give " + to_string(state_.bootnet.device) + " the address " +
                               to_string(state_.bootnet.address) +
                               ", and see that nobody else uses port " +
                               std::to_string(api::kAgentPort) + "; it is tried every second"));
}

/// The bootnet's device may appear, or get its address, after the daemon.
StartStep Daemon::Parts::listening_for_agents() {
    return {.kind = "agent-port",
            .origin = to_string(state_.bootnet.address),
            .where = loop_.get_executor(),
            .run = [this] { return listen_for_agents(); }};
}

asio::awaitable<void> Daemon::Parts::come_up(StartStep step) {
    return insist(std::move(step), state_.alerts, clock_, lanes_.upkeep.get_executor());
}

Result<void> Daemon::Parts::listen_for_administrators() {
    http::Server::Settings settings;
    settings.limits.body = api::limits::kClusterMessageBytes;
    admin_server_ = std::make_unique<http::Server>(loop_.get_executor(), settings,
                                                   std::bind_front(&Router::handle, &router_),
                                                   std::bind_front(&Parts::note_refusal, this));
    DIM_CHECK(server_channel_.listen_for_administrators());
    return admin_server_->listen_unix(settings_.socket(), 0600);
}

Result<void> Daemon::Parts::listen() {
    // Before anything listens. Without it blades boot all the same: the alert tells.
    (void)firewall_.restore();
    for (const Error& error : state_.images->restore_mounts())
        report("mount", error);
    DIM_CHECK(sys::ensure_directory(settings_.services_directory() + "/dhcpd", 0755));
    make_agent_server();
    if (const auto loaded = chassis_.load(clock_.now()); !loaded)
        report("what management modules said", loaded.error());
    // Blades need no other server.
    if (const auto loaded = membership_.load(); !loaded)
        report("image servers that belong together", loaded.error());
    return listen_for_administrators();
}

Result<void> Daemon::Parts::watch_events() {
    DIM_CHECK(
        watch_readable(loop_, supervisor_->event_fd(), lanes_.children.get_executor(), [this] {
            if (auto handled = supervisor_->handle_events(); !handled)
                report("services", handled.error());
            return Watch::when_readable;
        }));
    return watch_readable(loop_, state_.signals, loop_.get_executor(), [this] {
        handle_signals();
        return Watch::when_readable;
    });
}

/// What must not end the daemon's start: each goes on by itself until it is as it should be.
Result<void> Daemon::Parts::watch_over() {
    DIM_TRY(const auto timeout, sys::watchdog_timeout());
    if (timeout) asio::co_spawn(loop_, feed_watchdog(*timeout), asio::detached);
    asio::co_spawn(loop_, come_up(listening_for_agents()), asio::detached);
    asio::co_spawn(loop_, server_channel_.listen_for_servers(state_.alerts, clock_),
                   asio::detached);
    asio::co_spawn(loop_, dhcp_log_.follow(state_.alerts, clock_), asio::detached);
    chassis_watch_.start();
    asio::co_spawn(loop_, traps_.listen(state_.alerts, clock_), asio::detached);
    asio::co_spawn(loop_,
                   come_up({.kind = "unfinished-image",
                            .origin = "images",
                            .where = lanes_.images.threads().get_executor(),
                            .run = [this] { return state_.images->undo_unfinished(); }}),
                   asio::detached);
    asio::co_spawn(loop_, keep_up(), asio::detached);
    asio::co_spawn(loop_, bring_members_in_line(), asio::detached);
    return {};
}

Result<void> Daemon::Parts::run() {
    DIM_CHECK(watch_events());
    DIM_CHECK(watch_over());
    if (state_.cluster_problem) {
        report("cluster definition", *state_.cluster_problem);
        cluster_edits_.note_problem(*state_.cluster_problem);
    }
    asio::post(lanes_.services, [this] {
        const auto built = authority_edits_.resume();
        if (!built) report("replacement of the authority", built.error());
    });
    bring_up_services();
    log(LogLevel::notice, "imageserver " DIM_VERSION ": serving " +
                              std::to_string(state_.roster.entries().size()) + " blades as " +
                              to_string(state_.roster.server()) + " on " +
                              to_string(state_.bootnet.address));
    state_.database->keep_off(std::this_thread::get_id());
    loop_.run();
    state_.database->keep_off({});
    log(LogLevel::notice, "ending; services and mounts stay for the blades");
    commands_.end_all();
    lanes_.stop();
    chassis_watch_.stop();
    return state_.alerts.flush();
}

asio::awaitable<void> Daemon::Parts::keep_up() {
    asio::steady_timer timer(loop_);
    const auto tick = [this] { return upkeep_.tick(); };
    for (;;) {
        const Upkeep::Due due = co_await run_on(lanes_.upkeep, tick);
        if (due.collect_boot_files) collect_boot_files();
        if (due.reserve_blade_images)
            asio::post(lanes_.images.threads(), [this] { disk_.reserve_blade_images(); });
        if (due.collect_trash) collect_trash();
        if (due.look_at_overrides) blade_image_upkeep_.renew_overrides();
        if (due.check_blade_images) blade_image_upkeep_.check();
        if (due.new_certificate) agent_server_->use_tls(due.new_certificate);
        timer.expires_after(kTick);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

/// On a lane of its own kind: members that do not answer take their time.
asio::awaitable<void> Daemon::Parts::bring_members_in_line() {
    asio::steady_timer timer(loop_);
    const auto catch_up = [this] {
        rollout_.catch_up();
        return true;
    };
    for (;;) {
        co_await run_on(lanes_.servers, catch_up);
        timer.expires_after(kMemberRetry);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

/// Once, and again after a while as long as one of them does not run as it should.
void Daemon::Parts::bring_up_services() {
    asio::post(lanes_.services, [this] {
        const bool is_complete = apply_services();
        asio::post(loop_, [this, is_complete] {
            if (auto told = sys::notify_service_manager("READY=1"); !told)
                report("service manager", told.error());
            if (is_complete) return;
            service_timer_.expires_after(kServiceRetry);
            service_timer_.async_wait([this](const boost::system::error_code& error) {
                if (!error) bring_up_services();
            });
        });
    });
}

/// True when all of them run with what the database and the roster say.
bool Daemon::Parts::apply_services() {
    bool is_complete = true;
    for (const Result<void>& outcome : {appliers_.apply_all(), services_.tftp().start()}) {
        if (outcome) continue;
        is_complete = false;
        log(LogLevel::error, to_string(outcome.error()));
    }
    journal_.count_change();
    return is_complete;
}

/// A file that the DHCP server may still name stays.
void Daemon::Parts::collect_boot_files() {
    const auto good_since = appliers_.dhcp_good_since();
    if (!good_since || ServiceApplier::Clock::now() - *good_since < BootFileStore::kKeepReplaced)
        return;
    asio::post(lanes_.images.threads(), [this] {
        if (auto collected = state_.boot_files.collect(); !collected)
            report("boot files", collected.error());
    });
}

void Daemon::Parts::collect_trash() {
    asio::post(lanes_.images.threads(), [this] {
        const auto collected = state_.images->collect_trash(clock_.now().uptime_us);
        if (!collected) return report("trash", collected.error());
        if (*collected == 0) return;
        log(LogLevel::notice, "blade images deleted that were in the trash for " +
                                  std::to_string(settings_.trash_days) +
                                  " days: " + std::to_string(*collected));
    });
}

void Daemon::Parts::handle_signals() {
    for (;;) {
        const auto signal = sys::next_signal(state_.signals);
        if (!signal) return report("signals", signal.error());
        if (*signal == 0) return;
        if (*signal == SIGHUP) {
            reload();
        } else if (draining_ == 0) {
            drain();
        } else {
            end();
        }
    }
}

/// Answers what was asked, and ends: when all is answered, after a while, or at the next signal.
void Daemon::Parts::drain() {
    log(LogLevel::notice, "ending once what was asked is answered, in " +
                              std::to_string(kDrainTime.count()) + " s at the latest");
    drain_timer_.expires_after(kDrainTime);
    drain_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end();
    });
    news_.stop();
    const std::array servers{admin_server_.get(), agent_server_.get()};
    draining_ = static_cast<int>(servers.size()) + 1;
    const auto one_less = [this] {
        if (--draining_ == 0) end();
    };
    for (http::Server* server : servers)
        server->drain(one_less);
    server_channel_.drain(one_less);
}

void Daemon::Parts::end() {
    server_syncs_.stop();
    admin_server_->stop();
    if (agent_server_) agent_server_->stop();
    server_channel_.stop();
    loop_.stop();
}

void Daemon::Parts::reload() {
    asio::post(lanes_.edits, [this] {
        const auto done =
            cluster_edits_.reload([](std::string_view, std::uint64_t, std::uint64_t) {});
        if (!done) return report("reload", done.error());
        log(LogLevel::notice, *done);
    });
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::Daemon(Daemon&&) noexcept = default;
Daemon::~Daemon() = default;

Result<Daemon> Daemon::start(DaemonSettings settings) {
    DIM_CHECK(sys::block_signals({SIGTERM, SIGINT, SIGHUP}));
    DIM_CHECK(sys::ignore_signal(SIGPIPE));
    snmp::Session::prepare();
    provide_open_files(open_files_needed(http::Server::Settings()));
    DIM_TRY(auto state, OpenedState::open(settings));
    DIM_CHECK(sys::ensure_directory(settings.run_directory, 0755));
    DIM_TRY(auto supervisor,
            ChildSupervisor::create(
                {.run_directory = settings.service_run_directory(), .on_change = {}}));
    DIM_TRY(auto command_end, sys::pipe());
    DIM_TRY(auto relay_end, sys::pipe());
    auto parts =
        std::make_unique<Parts>(std::move(settings), std::move(state), std::move(supervisor),
                                std::move(command_end), std::move(relay_end));
    DIM_CHECK(parts->listen());
    return Daemon(std::move(parts));
}

Result<void> Daemon::run() { return parts_->run(); }

}  // namespace dim::server
