#include "imageserver/daemon/daemon.hpp"

#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/reply.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/blade/dhcp_log_watch.hpp"
#include "imageserver/daemon/io_watch.hpp"
#include "imageserver/daemon/opened_state.hpp"
#include "imageserver/daemon/report.hpp"
#include "imageserver/daemon/upkeep.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/notify.hpp"
#include "libdim/sys/signals.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <unistd.h>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kServiceRetry{15};
/// Refusals that wait to be noted; what comes on top is not: their number is of no use to anybody.
constexpr int kWaitingRefusals = 1000;

}  // namespace

// Members are made from top to bottom and go in the other order: each knows only those above.
class Daemon::Parts {
public:
    Parts(DaemonSettings settings, OpenedState state, std::unique_ptr<ChildSupervisor> supervisor);
    Result<void> listen();
    Result<void> run();

private:
    Result<void> listen_for_agents();
    Result<void> listen_for_administrators();
    Result<void> watch_events();
    asio::awaitable<void> keep_up();
    void note_refusal(const http::Peer& peer, http::Refusal refusal, std::string_view text);

    void bring_up_services();
    bool apply_services();
    void collect_boot_files();
    void handle_signals();
    void reload();

    DaemonSettings settings_;
    OpenedState state_;
    SystemClock clock_;
    BootJournal journal_{*state_.database, clock_.now()};
    Assignments assignments_{*state_.database};
    Refusals refusals_{state_.alerts, journal_, state_.roster, clock_};
    Upkeep upkeep_{journal_, state_.alerts, state_.identity, clock_};
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
    std::atomic<int> waiting_refusals_{0};

    ServiceAppliers appliers_{
        loop_.get_executor(),
        lanes_.dhcp,
        lanes_.exports,
        {.dhcp = services_.dhcp(), .exports = services_.exports(), .names = services_.names()}};
    EditedBlades edited_blades_{state_.roster, journal_, clock_};
    ImageEdits image_edits_{*state_.images, state_.boot_files, edited_blades_};
    ExportEdits export_edits_{*state_.images, edited_blades_};
    AssignmentEdits assignment_edits_{assignments_, *state_.images, state_.boot_files,
                                      edited_blades_};
    ClusterEdits cluster_edits_{
        settings_.cluster_file,
        state_.roster,
        *state_.revisions,
        appliers_,
        ChangeWarnings(state_.roster, assignments_, journal_, *state_.images),
        journal_,
        state_.alerts,
        clock_};
    BootPlanner planner_{state_.bootnet.address, assignments_, *state_.images, services_.nfs()};
    NameQuery names_{state_.roster, assignments_, journal_};
    JobStream jobs_{loop_.get_executor(), appliers_};

    AgentResource agent_{planner_, state_.roster, journal_, refusals_, clock_, lanes_};
    StatusResource status_{services_,     state_.roster, assignments_,  journal_,
                           state_.alerts, clock_,        lanes_.answers};
    AdminResource admin_{.image_edits = image_edits_,
                         .export_edits = export_edits_,
                         .assignment_edits = assignment_edits_,
                         .cluster_edits = cluster_edits_,
                         .images = *state_.images,
                         .boot_files = state_.boot_files,
                         .dhcp = services_.dhcp(),
                         .exports = services_.exports(),
                         .names = names_,
                         .jobs = jobs_,
                         .lanes = lanes_,
                         .clock = clock_};
    Router router_{geteuid()};
    std::optional<DhcpLogWatch> dhcp_log_;
    std::unique_ptr<http::Server> admin_server_;
    std::unique_ptr<http::Server> agent_server_;
};

Daemon::Parts::Parts(DaemonSettings settings, OpenedState state,
                     std::unique_ptr<ChildSupervisor> supervisor)
    : settings_(std::move(settings)), state_(std::move(state)), supervisor_(std::move(supervisor)) {
    router_.on_unknown([this](const http::Peer& peer, std::string_view text) {
        note_refusal(peer, http::Refusal::malformed, text);
    });
    agent_.add_routes(router_);
    status_.add_routes(router_);
    add_admin_routes(router_, admin_);
}

void Daemon::Parts::note_refusal(const http::Peer& peer, http::Refusal refusal,
                                 std::string_view text) {
    if (++waiting_refusals_ > kWaitingRefusals) {
        --waiting_refusals_;
        return;
    }
    asio::post(lanes_.upkeep, [this, peer, refusal, text = std::string(text)] {
        --waiting_refusals_;
        refusals_.note(peer, refusal, text);
    });
}

Result<void> Daemon::Parts::listen_for_agents() {
    DIM_TRY(auto tls, state_.identity.server_settings());
    agent_server_.reset();
    agent_server_ = std::make_unique<http::Server>(loop_.get_executor(), http::Server::Settings(),
                                                   std::bind_front(&Router::handle, &router_),
                                                   std::bind_front(&Parts::note_refusal, this));
    const auto port =
        agent_server_->listen_tls(state_.bootnet.address.value(), api::kAgentPort,
                                  std::make_shared<const tls::ServerSettings>(std::move(tls)),
                                  to_string(state_.bootnet.device));
    if (port) return {};
    return fail(Error(port.error())
                    .with_cure("give " + to_string(state_.bootnet.device) + " the address " +
                               to_string(state_.bootnet.address) +
                               ", and see that nobody else uses port " +
                               std::to_string(api::kAgentPort)));
}

Result<void> Daemon::Parts::listen_for_administrators() {
    http::Server::Settings settings;
    settings.limits.body = api::limits::kClusterMessageBytes;
    admin_server_ = std::make_unique<http::Server>(loop_.get_executor(), settings,
                                                   std::bind_front(&Router::handle, &router_),
                                                   std::bind_front(&Parts::note_refusal, this));
    return admin_server_->listen_unix(settings_.socket(), 0600);
}

Result<void> Daemon::Parts::listen() {
    for (const Error& error : state_.images->restore_mounts())
        report("mount", error);
    DIM_CHECK(sys::ensure_directory(settings_.services_directory() + "/dhcpd", 0755));
    DIM_TRY(DhcpLogWatch watch, DhcpLogWatch::open(services_.dhcp_log_file(), journal_,
                                                   state_.roster, refusals_, clock_));
    dhcp_log_.emplace(std::move(watch));
    DIM_CHECK(listen_for_agents());
    return listen_for_administrators();
}

Result<void> Daemon::Parts::watch_events() {
    DIM_CHECK(watch_readable(loop_, dhcp_log_->event_fd(), lanes_.upkeep.get_executor(), [this] {
        if (auto read = dhcp_log_->read(); !read) report("the DHCP server's log", read.error());
    }));
    DIM_CHECK(
        watch_readable(loop_, supervisor_->event_fd(), lanes_.children.get_executor(), [this] {
            if (auto handled = supervisor_->handle_events(); !handled)
                report("services", handled.error());
        }));
    return watch_readable(loop_, state_.signals, loop_.get_executor(),
                          [this] { handle_signals(); });
}

Result<void> Daemon::Parts::run() {
    DIM_CHECK(watch_events());
    asio::co_spawn(loop_, keep_up(), asio::detached);
    if (state_.cluster_problem) {
        report("cluster definition", *state_.cluster_problem);
        cluster_edits_.note_problem(*state_.cluster_problem);
    }
    bring_up_services();
    log(LogLevel::notice, "imageserver " DIM_VERSION ": serving " +
                              std::to_string(state_.roster.entries().size()) + " blades as " +
                              to_string(state_.roster.server()) + " on " +
                              to_string(state_.bootnet.address));
    loop_.run();
    log(LogLevel::notice, "ending; services and mounts stay for the blades");
    lanes_.stop();
    return state_.alerts.flush();
}

asio::awaitable<void> Daemon::Parts::keep_up() {
    asio::steady_timer timer(loop_);
    const auto tick = [this] { return upkeep_.tick(); };
    for (;;) {
        const Upkeep::Due due = co_await run_on(lanes_.upkeep, tick);
        if (due.collect_boot_files) collect_boot_files();
        if (due.use_new_certificate) {
            if (auto listening = listen_for_agents(); !listening)
                report("server certificate", listening.error());
        }
        timer.expires_after(kTick);
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

void Daemon::Parts::handle_signals() {
    for (;;) {
        const auto signal = sys::next_signal(state_.signals);
        if (!signal) return report("signals", signal.error());
        if (*signal == 0) return;
        if (*signal == SIGHUP) {
            reload();
        } else {
            admin_server_->stop();
            agent_server_->stop();
            loop_.stop();
        }
    }
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
    DIM_TRY(auto state, OpenedState::open(settings));
    DIM_CHECK(sys::ensure_directory(settings.run_directory, 0755));
    DIM_TRY(auto supervisor,
            ChildSupervisor::create(
                {.run_directory = settings.service_run_directory(), .on_change = {}}));
    auto parts =
        std::make_unique<Parts>(std::move(settings), std::move(state), std::move(supervisor));
    DIM_CHECK(parts->listen());
    return Daemon(std::move(parts));
}

Result<void> Daemon::run() { return parts_->run(); }

}  // namespace dim::server
