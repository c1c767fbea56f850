#include "imageserver/daemon/daemon.hpp"

#include "imageserver/daemon/daemon_parts.hpp"
#include "imageserver/daemon/io_watch.hpp"
#include "imageserver/daemon/open_files.hpp"
#include "imageserver/daemon/report.hpp"
#include "imageserver/daemon/watchdog.hpp"
#include "libdim/base/log.hpp"
#include "libdim/snmp/session.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/notify.hpp"
#include "libdim/sys/signals.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <functional>
#include <thread>
#include <utility>

namespace dim::server {

namespace {

namespace asio = boost::asio;

}  // namespace

Result<Daemon> Daemon::start(DaemonSettings settings) {
    DIM_CHECK(sys::block_signals({SIGTERM, SIGINT, SIGHUP}));
    DIM_CHECK(sys::ignore_signal(SIGPIPE));
    snmp::Session::prepare();
    // A connection that is given a file has that open, too.
    provide_open_files(open_files_needed(http::Server::Settings()) + 2 * BootServer::kConnections);
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
    state_.boot_files.serve({.all = [this] { return state_.roster.platforms(); },
                             .of_image = [this](const model::ImageName& image)
                                 -> Result<std::vector<model::PlatformRow>> {
                                 DIM_TRY(const auto assigned, assignments_.all());
                                 return state_.roster.platforms_with(image, assigned);
                             },
                             .paths = [this] { return services_.dhcp().paths(); }});
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
    asio::co_spawn(loop_, come_up(listening_for_firmware()), asio::detached);
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

asio::awaitable<void> Daemon::Parts::come_up(StartStep step) {
    return insist(std::move(step), state_.alerts, clock_, lanes_.upkeep.get_executor());
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

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::Daemon(Daemon&&) noexcept = default;
Daemon::~Daemon() = default;

Result<void> Daemon::run() { return parts_->run(); }

}  // namespace dim::server
