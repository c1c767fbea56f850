#include "imageserver/daemon.hpp"

#include "imageserver/administration/administration.hpp"
#include "imageserver/api/admin_resource.hpp"
#include "imageserver/api/agent_resource.hpp"
#include "imageserver/api/status_resource.hpp"
#include "imageserver/blade/blade_tables.hpp"
#include "imageserver/boot_file/boot_files.hpp"
#include "imageserver/cluster_file.hpp"
#include "imageserver/descriptor_watch.hpp"
#include "imageserver/dhcp/dhcp_service.hpp"
#include "imageserver/dhcp_watch.hpp"
#include "imageserver/identity/identity.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/nfs/ganesha_service.hpp"
#include "imageserver/nfs/nfs_exports.hpp"
#include "imageserver/service/child_supervisor.hpp"
#include "imageserver/state_lock.hpp"
#include "imageserver/tftp/tftp_service.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/base/log.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/notify.hpp"
#include "libdim/sys/random.hpp"
#include "libdim/sys/signals.hpp"
#include "libdim/sys/system_info.hpp"

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
constexpr std::chrono::seconds kServiceRetry{15};
constexpr std::size_t kTokenBytes = 16;
constexpr std::size_t kPlanWorkers = 2;
/// Of an administrator's request: the names of all blades there can be.
constexpr std::size_t kAdminBody = std::size_t{1} << 20;

model::Timestamp now() { return *model::Timestamp::from_microseconds(sys::realtime_us()); }

void report(std::string_view what, const Error& error) {
    log(LogLevel::error, to_string(Error(error).with_context(what)));
}

}  // namespace

// Members are made from top to bottom and go in the other order: each knows only those above.
class Daemon::Parts {
public:
    struct Ground {
        sys::Fd lock;
        Roster roster;
        cluster::ServerBootnet bootnet;
        std::unique_ptr<Database> database;  // what others point to stays where it is
        std::unique_ptr<tls::Random> random;
        Identity identity;
        std::unique_ptr<ImageStore> images;
        BootFiles boot_files;
        AlertLog alerts;
        sys::Fd signals;
    };
    static Result<Ground> prepare(const DaemonSettings& settings);

    Parts(DaemonSettings settings, Ground ground, std::unique_ptr<ChildSupervisor> supervisor);
    Result<void> listen();
    Result<void> run();

private:
    Administration::Modules modules();
    AdminResource admin_resource();
    BootPlanFacts plan_facts(const RosterEntry& entry);
    std::vector<api::ServiceStatus> service_statuses();
    Result<api::ImageList> image_list();
    Result<void> apply_exports();
    Result<void> listen_for_agents();
    void add_routes();

    void bring_up_services();
    void apply_services();
    void tick();
    void renew_certificate();
    void handle_signals();
    void reload();

    DaemonSettings settings_;
    Ground ground_;
    BladeLog blades_{*ground_.database, now()};
    Assignments assignments_{*ground_.database};
    std::unique_ptr<ChildSupervisor> supervisor_;
    ConfiguredService ganesha_;
    NfsExports exports_;
    DhcpService dhcp_;
    TftpService tftp_;

    asio::io_context loop_{1};
    asio::thread_pool jobs_{1};
    asio::thread_pool plan_workers_{kPlanWorkers};
    asio::steady_timer timer_{loop_};
    asio::steady_timer service_timer_{loop_};
    int ticks_ = 0;
    std::string last_tick_error_;

    Administration administration_{modules(), ground_.roster, assignments_, blades_};
    RefusalLog refusals_{ground_.alerts, blades_, ground_.roster, now};
    JobStream job_stream_{loop_.get_executor(), jobs_};
    AgentResource agent_resource_;
    StatusResource status_resource_;
    Router router_{geteuid()};
    std::optional<DhcpWatch> dhcp_watch_;
    std::unique_ptr<http::Server> admin_server_;
    std::unique_ptr<http::Server> agent_server_;
};

Result<Daemon::Parts::Ground> Daemon::Parts::prepare(const DaemonSettings& settings) {
    DIM_TRY(auto lock, lock_state(settings));
    DIM_TRY(auto definition, read_cluster_file(settings.cluster_file));
    DIM_TRY(const auto system, sys::system_info());
    DIM_TRY(const auto server, choose_server(definition, settings.server, system.host_name));
    DIM_TRY(const auto bootnet, cluster::bootnet_of(definition, server));
    const std::string cluster_name = to_string(definition.name);
    DIM_TRY(auto roster, Roster::create(server, std::move(definition)));
    const std::array migrations{kImageMigration, kNfsMigration, kBootFileMigration,
                                kBladeMigration};
    DIM_TRY(Database opened, Database::open(settings.state_directory + "/dim.db", migrations));
    auto database = std::make_unique<Database>(std::move(opened));
    DIM_TRY(tls::Random created, tls::Random::create());
    auto random = std::make_unique<tls::Random>(std::move(created));
    DIM_TRY(auto identity, Identity::open(*random,
                                          {.directory = settings.state_directory + "/identity",
                                           .cluster = cluster_name,
                                           .server = server,
                                           .addresses = {bootnet.address}},
                                          sys::realtime_us() / 1'000'000));
    DIM_TRY(ImageStore store, ImageStore::open({settings.state_directory}, *database));
    auto images = std::make_unique<ImageStore>(std::move(store));
    DIM_TRY(auto boot_files, BootFiles::open({.state_directory = settings.state_directory,
                                              .kernel_kit = settings.kernel_kit,
                                              .agent = settings.agent,
                                              .ca_certificate = identity.authority_path(),
                                              .server = server},
                                             *database, *images));
    DIM_TRY(auto alerts, AlertLog::open(*database));
    DIM_TRY(auto signals, sys::signalfd({SIGTERM, SIGINT, SIGHUP}));
    return Ground{std::move(lock),   std::move(roster),   bootnet,           std::move(database),
                  std::move(random), std::move(identity), std::move(images), std::move(boot_files),
                  std::move(alerts), std::move(signals)};
}

Daemon::Parts::Parts(DaemonSettings settings, Ground ground,
                     std::unique_ptr<ChildSupervisor> supervisor)
    : settings_(std::move(settings)),
      ground_(std::move(ground)),
      supervisor_(std::move(supervisor)),
      ganesha_(*supervisor_,
               ganesha_service(settings_.service_directory("ganesha"), ground_.bootnet.address)),
      exports_(*ground_.images, *ground_.database, ganesha_, ground_.bootnet.address,
               settings_.service_directory("ganesha")),
      dhcp_(*supervisor_,
            {.server = ground_.roster.server(), .directory = settings_.service_directory("dhcpd")},
            ground_.bootnet.device),
      tftp_(*supervisor_, {.boot_directory = ground_.boot_files.directory(),
                           .directory = settings_.service_directory("tftpd"),
                           .address = ground_.bootnet.address}),
      agent_resource_({.facts = [this](const RosterEntry& entry) { return plan_facts(entry); },
                       .make_token = [] { return sys::random_hex(kTokenBytes); },
                       .clock = now},
                      ground_.roster, blades_, refusals_, plan_workers_),
      status_resource_({.services = [this] { return service_statuses(); }, .clock = now},
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
            .apply_exports = [this] { return apply_exports(); },
            .build_boot_file = std::bind_front(&BootFiles::build, &ground_.boot_files),
            .boot_file = std::bind_front(&BootFiles::current, &ground_.boot_files),
            .apply_dhcp = std::bind_front(&DhcpService::apply, &dhcp_),
            .read_cluster = [this] { return read_cluster_file(settings_.cluster_file); },
            .now = now};
}

AdminResource Daemon::Parts::admin_resource() {
    return {.administration = administration_,
            .jobs = job_stream_,
            .images = [this] { return image_list(); },
            .blade_images = [this]() -> Result<api::BladeImageList> {
                DIM_TRY(auto list, ground_.images->blade_images());
                return api::BladeImageList{std::move(list)};
            },
            .exports = [this] { return api::NfsExportList{exports_.exports()}; },
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
}

Result<api::ImageList> Daemon::Parts::image_list() {
    DIM_TRY(auto images, ground_.images->images());
    for (api::ImageSummary& image : images) {
        DIM_TRY(const auto file, ground_.boot_files.current(image.name));
        if (file) image.zimage_bytes = file->bytes;
    }
    return api::ImageList{std::move(images)};
}

std::vector<api::ServiceStatus> Daemon::Parts::service_statuses() {
    return {dhcp_.status(), tftp_.status(), ganesha_.status()};
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
    if (facts.blade_image) facts.served = exports_.ensure_served(entry.blade.name, *facts.assigned);
    return facts;
}

Result<void> Daemon::Parts::apply_exports() {
    NfsClients clients{.bootnet = ground_.bootnet.network.network, .blades = {}};
    for (const RosterEntry& entry : ground_.roster.entries())
        clients.blades.emplace(entry.blade.name, entry.address);
    exports_.set_clients(std::move(clients));
    return exports_.apply();
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
            DhcpWatch::open(dhcp_.log_file(), blades_, ground_.roster, refusals_, now));
    dhcp_watch_.emplace(std::move(watch));
    DIM_CHECK(listen_for_agents());
    http::Server::Settings admin_settings;
    admin_settings.limits.body = kAdminBody;
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
        if (auto read = dhcp_watch_->read(); !read) report("dhcpd's log", read.error());
    };
    DIM_CHECK(watch_descriptor(loop_, dhcp_watch_->event_fd(), read_dhcp));
    DIM_CHECK(watch_descriptor(loop_, supervisor_->event_fd(), [this] {
        if (auto handled = supervisor_->handle_events(); !handled)
            report("services", handled.error());
    }));
    DIM_CHECK(watch_descriptor(loop_, ground_.signals.get(), [this] { handle_signals(); }));
    read_dhcp();
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
    jobs_.join();
    plan_workers_.join();
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

void Daemon::Parts::apply_services() {
    bool is_complete = true;
    for (const Result<void>& outcome :
         {apply_exports(), administration_.apply_dhcp(), tftp_.start()}) {
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
    timer_.expires_after(kTick);
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (!failed) tick();
    });
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
        const auto done =
            administration_.reload_cluster([](std::string_view, std::uint64_t, std::uint64_t) {});
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
    DIM_TRY(auto ground, Parts::prepare(settings));
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
