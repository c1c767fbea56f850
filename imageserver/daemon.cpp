#include "imageserver/daemon.hpp"

#include "imageserver/administration/administration.hpp"
#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/daemon_ground.hpp"
#include "imageserver/descriptor_watch.hpp"
#include "imageserver/dhcp_watch.hpp"
#include "imageserver/server_services.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/limits.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/notify.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <csignal>
#include <unistd.h>

namespace dim::server {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kTick{1};
constexpr int kTicksPerFlush = 5;
constexpr int kTicksPerRenewal = 6 * 60 * 60;
constexpr int kTicksPerCollection = 10 * 60;
constexpr std::chrono::seconds kServiceRetry{15};
constexpr std::size_t kTokenBytes = 16;
constexpr const char* kClusterAlert = "cluster-definition";
constexpr std::size_t kPlanWorkers = 2;

model::Timestamp now() { return *model::Timestamp::from_microseconds(sys::realtime_us()); }

void report(std::string_view what, const Error& error) {
    log(LogLevel::error, to_string(Error(error).with_context(what)));
}

}  // namespace

// Members are made from top to bottom and go in the other order: each knows only those above.
class Daemon::Parts {
public:
    Parts(DaemonSettings settings, DaemonGround ground,
          std::unique_ptr<ChildSupervisor> supervisor);
    Result<void> listen();
    Result<void> run();

private:
    Administration::Modules modules();
    ClusterAdministration::Modules cluster_modules();
    AdminResource admin_resource();
    BootPlanFacts plan_facts(const RosterEntry& entry);
    Result<api::ImageList> image_list();
    Result<void> listen_for_agents();
    void add_routes();

    void bring_up_services();
    void apply_services();
    Result<void> apply_definition();
    void tick();
    void tell_cluster_problem();
    void collect_boot_files();
    void renew_certificate();
    void handle_signals();
    void reload();

    DaemonSettings settings_;
    DaemonGround ground_;
    BladeLog blades_{*ground_.database, now()};
    Assignments assignments_{*ground_.database};
    std::unique_ptr<ChildSupervisor> supervisor_;
    ServerServices services_{*supervisor_, settings_, ground_};

    asio::io_context loop_{1};
    asio::thread_pool jobs_{1};
    asio::thread_pool plan_workers_{kPlanWorkers};
    asio::thread_pool answer_workers_{1};
    asio::steady_timer timer_{loop_};
    asio::steady_timer service_timer_{loop_};
    int ticks_ = 0;
    std::string last_tick_error_;

    Administration administration_{modules(), ground_.roster, assignments_, blades_};
    ServiceApplier applier_{loop_.get_executor(),
                            jobs_,
                            {.dhcp = [this] { return services_.apply_dhcp(administration_); },
                             .exports = [this] { return services_.apply_exports(); }}};
    ClusterAdministration cluster_{cluster_modules(), settings_.cluster_file, ground_.roster,
                                   *ground_.revisions, blades_};
    NameQuery names_{ground_.roster, assignments_, blades_};
    RefusalLog refusals_{ground_.alerts, blades_, ground_.roster, now};
    JobStream job_stream_{loop_.get_executor(), jobs_, applier_};
    AgentResource agent_resource_;
    StatusResource status_resource_;
    Router router_{geteuid()};
    std::optional<DhcpWatch> dhcp_watch_;
    std::unique_ptr<http::Server> admin_server_;
    std::unique_ptr<http::Server> agent_server_;
};

Daemon::Parts::Parts(DaemonSettings settings, DaemonGround ground,
                     std::unique_ptr<ChildSupervisor> supervisor)
    : settings_(std::move(settings)),
      ground_(std::move(ground)),
      supervisor_(std::move(supervisor)),
      agent_resource_({.facts = [this](const RosterEntry& entry) { return plan_facts(entry); },
                       .make_token = [] { return sys::random_hex(kTokenBytes); },
                       .clock = now},
                      ground_.roster, blades_, refusals_, plan_workers_),
      status_resource_({.services = [this] { return services_.statuses(); }, .clock = now},
                       ground_.roster, assignments_, blades_, ground_.alerts) {
    add_routes();
}

Administration::Modules Daemon::Parts::modules() {
    ImageStore& images = *ground_.images;
    return {.import_image = std::bind_front(&ImageStore::import_image, &images),
            .image = std::bind_front(&ImageStore::image, &images),
            .create_blade_image = std::bind_front(&ImageStore::create_blade_image, &images),
            .delete_blade_image = std::bind_front(&ImageStore::delete_blade_image, &images),
            .blade_image = std::bind_front(&ImageStore::blade_image, &images),
            .set_exported = std::bind_front(&ImageStore::set_exported, &images),
            .build_boot_file = std::bind_front(&BootFiles::build, &ground_.boot_files),
            .boot_file = std::bind_front(&BootFiles::current, &ground_.boot_files),
            .now = now};
}

ClusterAdministration::Modules Daemon::Parts::cluster_modules() {
    return {
        .apply_services = [this] { return apply_definition(); },
        .reloads =
            [this](const cluster::Definition& next) {
                return services_.reloads(next, administration_);
            },
        .warnings = [this](const cluster::Definition& next) -> Result<std::vector<std::string>> {
            DIM_TRY(const auto images, ground_.images->blade_images());
            return administration_.warnings(next, images);
        },
        .on_in_force = [this] { ground_.alerts.forget(kClusterAlert, settings_.cluster_file); },
        .now = now};
}

AdminResource Daemon::Parts::admin_resource() {
    return {.administration = administration_,
            .cluster = cluster_,
            .names = names_,
            .jobs = job_stream_,
            .workers = answer_workers_,
            .clock = now,
            .images = [this] { return image_list(); },
            .blade_images = [this]() -> Result<api::BladeImageList> {
                DIM_TRY(auto list, ground_.images->blade_images());
                return api::BladeImageList{std::move(list)};
            },
            .exports = [this] { return api::NfsExportList{services_.exports().exports()}; },
            .boot_file = std::bind_front(&BootFiles::current, &ground_.boot_files)};
}

void Daemon::Parts::add_routes() {
    router_.on_unknown([this](const http::Peer& peer, std::string_view text) {
        refusals_.note(peer, http::Refusal::malformed, text);
    });
    agent_resource_.add_routes(router_);
    status_resource_.add_routes(router_);
    const AdminResource admin = admin_resource();
    add_image_routes(router_, admin);
    add_blade_image_routes(router_, admin);
    add_export_routes(router_, admin);
    add_assignment_routes(router_, admin);
    add_boot_file_routes(router_, admin);
    add_cluster_routes(router_, admin);
    add_name_routes(router_, admin);
}

Result<api::ImageList> Daemon::Parts::image_list() {
    DIM_TRY(auto images, ground_.images->images());
    for (api::ImageSummary& image : images) {
        DIM_TRY(const auto file, ground_.boot_files.current(image.name));
        if (file) image.zimage_bytes = file->bytes;
    }
    return api::ImageList{std::move(images)};
}

BootPlanFacts Daemon::Parts::plan_facts(const RosterEntry& entry) {
    const auto unknown = fail(ErrorCode::not_found, "no image is assigned");
    BootPlanFacts facts{.blade = entry.blade.name,
                        .server = ground_.bootnet.address,
                        .assigned = {},
                        .image = unknown,
                        .blade_image = unknown,
                        .served = unknown};
    const auto assigned = assignments_.image_of(entry.blade.name);
    if (!assigned) {
        facts.image = fail(assigned.error());
        return facts;
    }
    facts.assigned = *assigned;
    if (!facts.assigned) return facts;
    facts.image = ground_.images->image(*facts.assigned);
    facts.blade_image = ground_.images->blade_image(entry.blade.name, *facts.assigned);
    if (facts.blade_image)
        facts.served = services_.exports().ensure_served(entry.blade.name, *facts.assigned);
    return facts;
}

Result<void> Daemon::Parts::listen_for_agents() {
    DIM_TRY(auto tls, ground_.identity.server_settings());
    agent_server_.reset();
    agent_server_ = std::make_unique<http::Server>(
        loop_.get_executor(), http::Server::Settings(),
        [this](const http::Request& request, const http::Peer& peer) {
            return router_.handle(request, peer);
        },
        [this](const http::Peer& peer, http::Refusal refusal, std::string_view text) {
            refusals_.note(peer, refusal, text);
        });
    const auto port =
        agent_server_->listen_tls(ground_.bootnet.address.value(), api::kAgentPort,
                                  std::make_shared<const tls::ServerSettings>(std::move(tls)),
                                  to_string(ground_.bootnet.device));
    if (port) return {};
    return fail(Error(port.error())
                    .with_cure("give " + to_string(ground_.bootnet.device) + " the address " +
                               to_string(ground_.bootnet.address) +
                               ", and see that nobody else uses port " +
                               std::to_string(api::kAgentPort)));
}

Result<void> Daemon::Parts::listen() {
    for (const Error& error : ground_.images->restore_mounts())
        report("mount", error);
    DIM_CHECK(sys::ensure_directory(settings_.service_directory("dhcpd"), 0755));
    DIM_TRY(DhcpWatch watch,
            DhcpWatch::open(services_.dhcp_log_file(), blades_, ground_.roster, refusals_, now));
    dhcp_watch_.emplace(std::move(watch));
    DIM_CHECK(listen_for_agents());
    http::Server::Settings admin_settings;
    admin_settings.limits.body = api::limits::kClusterMessageBytes;
    admin_server_ = std::make_unique<http::Server>(
        loop_.get_executor(), admin_settings,
        [this](const http::Request& request, const http::Peer& peer) {
            return router_.handle(request, peer);
        },
        [this](const http::Peer& peer, http::Refusal refusal, std::string_view text) {
            refusals_.note(peer, refusal, text);
        });
    return admin_server_->listen_unix(settings_.socket(), 0600);
}

Result<void> Daemon::Parts::run() {
    const auto read_dhcp = [this] {
        if (auto read = dhcp_watch_->read(); !read) report("the DHCP server's log", read.error());
    };
    DIM_CHECK(watch_descriptor(loop_, dhcp_watch_->event_fd(), read_dhcp));
    DIM_CHECK(watch_descriptor(loop_, supervisor_->event_fd(), [this] {
        if (auto handled = supervisor_->handle_events(); !handled)
            report("services", handled.error());
    }));
    DIM_CHECK(watch_descriptor(loop_, ground_.signals.get(), [this] { handle_signals(); }));
    read_dhcp();
    tell_cluster_problem();
    tick();
    bring_up_services();
    log(LogLevel::notice, "imageserver " DIM_VERSION ": serving " +
                              std::to_string(ground_.roster.entries().size()) + " blades as " +
                              to_string(ground_.roster.server()) + " on " +
                              to_string(ground_.bootnet.address));
    loop_.run();
    log(LogLevel::notice, "ending; services and mounts stay for the blades");
    // What runs is finished; what waits is not begun.
    jobs_.stop();
    plan_workers_.stop();
    answer_workers_.stop();
    jobs_.join();
    plan_workers_.join();
    answer_workers_.join();
    return ground_.alerts.flush();
}

/// Jobs take turns with what administrators ask for.
void Daemon::Parts::bring_up_services() {
    asio::post(jobs_, [this] {
        apply_services();
        asio::post(loop_, [] {
            if (auto told = sys::notify_service_manager("READY=1"); !told)
                report("service manager", told.error());
        });
    });
}

/// All that the cluster definition decides.
Result<void> Daemon::Parts::apply_definition() {
    auto applied = applier_.apply_all();
    auto names = services_.apply_names();
    return applied ? names : applied;
}

void Daemon::Parts::apply_services() {
    bool is_complete = true;
    for (const Result<void>& outcome : {apply_definition(), services_.start_tftp()}) {
        if (outcome) continue;
        is_complete = false;
        log(LogLevel::error, to_string(outcome.error()));
    }
    blades_.count_change();
    if (is_complete) return;
    asio::post(loop_, [this] {
        service_timer_.expires_after(kServiceRetry);
        service_timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) asio::post(jobs_, [this] { apply_services(); });
        });
    });
}

void Daemon::Parts::tick() {
    auto done = blades_.find_lost(now());
    if (++ticks_ % kTicksPerFlush == 0 && done) done = ground_.alerts.flush();
    // A full disk is told once, not every second.
    const std::string error = done ? "" : to_string(done.error());
    if (error != last_tick_error_ && !done) report("state", done.error());
    last_tick_error_ = error;
    if (ticks_ % kTicksPerRenewal == 0) renew_certificate();
    if (ticks_ % kTicksPerCollection == 0) collect_boot_files();
    timer_.expires_after(kTick);
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (!failed) tick();
    });
}

/// A file that the DHCP server may still name stays.
void Daemon::Parts::collect_boot_files() {
    asio::post(jobs_, [this] {
        const auto good_since = applier_.dhcp_good_since();
        if (!good_since || ServiceApplier::Clock::now() - *good_since < BootFiles::kKeepReplaced)
            return;
        if (auto collected = ground_.boot_files.collect(); !collected)
            report("boot files", collected.error());
    });
}

void Daemon::Parts::tell_cluster_problem() {
    if (!ground_.cluster_problem) return;
    const Error& problem = *ground_.cluster_problem;
    report("cluster definition", problem);
    ground_.alerts.note({kClusterAlert, settings_.cluster_file, problem.message(), problem.cure()},
                        now());
}

void Daemon::Parts::renew_certificate() {
    const auto renewed = ground_.identity.renew_if_due(sys::realtime_us() / 1'000'000);
    if (!renewed) return report("server certificate", renewed.error());
    if (!*renewed) return;
    log(LogLevel::notice, "a new server certificate is in use");
    if (auto listening = listen_for_agents(); !listening)
        report("server certificate", listening.error());
}

void Daemon::Parts::handle_signals() {
    for (;;) {
        const auto signal = sys::next_signal(ground_.signals.get());
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
    asio::post(jobs_, [this] {
        const auto done = cluster_.reload([](std::string_view, std::uint64_t, std::uint64_t) {});
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
    DIM_TRY(auto ground, DaemonGround::prepare(settings));
    DIM_CHECK(sys::ensure_directory(settings.run_directory, 0755));
    DIM_TRY(auto supervisor,
            ChildSupervisor::create(
                {.run_directory = settings.service_run_directory(), .on_change = {}}));
    auto parts =
        std::make_unique<Parts>(std::move(settings), std::move(ground), std::move(supervisor));
    DIM_CHECK(parts->listen());
    return Daemon(std::move(parts));
}

Result<void> Daemon::run() { return parts_->run(); }

}  // namespace dim::server
