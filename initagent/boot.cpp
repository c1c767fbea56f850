#include "initagent/boot.hpp"

#include "initagent/monitor.hpp"
#include "initagent/switch_root.hpp"
#include "libdim/api/agent_messages.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/init_process.hpp"
#include "libdim/sys/kernel_module.hpp"
#include "libdim/sys/system_info.hpp"

#include <algorithm>
#include <cerrno>

namespace dim::agent {

namespace {

using model::BootStage;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::seconds kHandshakeTimeout{20};
constexpr std::chrono::seconds kPlanTimeout{60};  // the server may have to mount the image
constexpr std::chrono::seconds kReportTimeout{5};
constexpr std::size_t kAuthorityLimit = 64 * 1024;
constexpr std::size_t kConsolesLimit = 4096;

constexpr model::Architecture own_architecture() {
#if defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return model::Architecture::ppc64;
#elif defined(__powerpc64__)
    return model::Architecture::ppc64le;
#elif defined(__aarch64__)
    return model::Architecture::aarch64;
#elif defined(__x86_64__)
    return model::Architecture::x86_64;
#endif
}

}  // namespace

Result<void> Boot::boot(StageReporter& reporter) {
    reporter.begin(BootStage::environment);
    DIM_CHECK(mount_kernel_file_systems());
    DIM_CHECK(sys::fill_standard("/dev/console"));
    show_on_screen();
    reporter.trying("load the modules of the boot file");
    DIM_CHECK(load_modules());
    DIM_CHECK(read_environment(reporter));

    reporter.begin(BootStage::network);
    if (!network_) {
        const auto trying = [&](std::string what) { reporter.trying(std::move(what)); };
        DIM_TRY(network_, bring_up_network(environment_, modules_, trying, settings_.network));
    }

    reporter.begin(BootStage::connect);
    reporter.trying("connect to " + endpoint().name);
    DIM_TRY(sys::Fd socket, connect_to_server(endpoint(), sys::Deadline::in(kConnectTimeout)));

    reporter.begin(BootStage::tls);
    reporter.trying("verify " + endpoint().name + " by " + environment_.settings.authority_path);
    DIM_TRY(session_, ServerSession::start(endpoint(), *tls_, std::move(socket),
                                           sys::Deadline::in(kHandshakeTimeout)));

    reporter.begin(BootStage::plan);
    DIM_TRY(plan_, negotiate(reporter));
    reporter.report_to(*session_, plan_->boot_id, plan_->token);

    NewRoot new_root(settings_.new_root, settings_.mount_file_system);
    reporter.begin(BootStage::mount_root);
    reporter.trying(to_string(plan_->root));
    DIM_CHECK(sys::ensure_directory(new_root.path()));
    DIM_CHECK(new_root.mount(plan_->root));

    reporter.begin(BootStage::mount_shared);
    for (const MountStep& step : plan_->shared) {
        reporter.trying(to_string(step));
        DIM_CHECK(new_root.mount(step));
    }

    reporter.begin(BootStage::switch_root);
    reporter.trying("switch to " + new_root.path() + " and " + plan_->init);
    DIM_CHECK(check_new_root(new_root.path(), plan_->init));
    return become_init(reporter);
}

Result<void> Boot::become_init(StageReporter& reporter) {
    const CheckedPlan& plan = *plan_;
    DIM_TRY(SwitchedRoot root, SwitchedRoot::enter(settings_.new_root));
    // The last thing said by this process: from here on the session is the monitor's.
    reporter.begin(BootStage::exec_init);
    reporter.trying("execute " + plan.init);
    const auto connect = [this]() -> Result<ServerSession> {
        DIM_TRY(sys::Fd socket, connect_to_server(endpoint(), sys::Deadline::in(kConnectTimeout)));
        return ServerSession::start(endpoint(), *tls_, std::move(socket),
                                    sys::Deadline::in(kHandshakeTimeout));
    };
    DIM_TRY(Monitor monitor, Monitor::start(*session_, root,
                                            {.boot_id = plan.boot_id,
                                             .token = plan.token,
                                             .mac = network_->mac,
                                             .image = plan.image,
                                             .generation = plan.generation,
                                             .heartbeat = plan.heartbeat,
                                             .shared = plan.shared,
                                             .address = network_->plan.address,
                                             .staging = settings_.new_root,
                                             .mount_file_system = settings_.mount_file_system,
                                             .connect = connect,
                                             .process_title = settings_.process_title}));
    std::vector<std::string> arguments = settings_.arguments;
    arguments.resize(std::max<std::size_t>(arguments.size(), 1));
    arguments[0] = plan.init;
    Error error = sys::exec(plan.init, arguments, settings_.environment);
    monitor.cancel();
    if (error.system_errno() == ENOENT)
        error = std::move(error).with_cure("its program interpreter or shared library loader is "
                                           "missing from the image");
    if (error.system_errno() == ENOEXEC)
        error = std::move(error).with_cure("it is made for another architecture");
    return fail(std::move(error));
}

/// Who looks at the screen sees what the agent does, too, where the kernel has two consoles.
void Boot::show_on_screen() {
    if constexpr (own_architecture() == model::Architecture::ppc64) return;  // JS20, JS21: none
    const auto consoles = sys::read_file("/sys/class/tty/console/active", kConsolesLimit);
    if (screen_ || !consoles || !is_screen_beside_console(*consoles)) return;
    if (auto screen = sys::open("/dev/tty0", O_WRONLY | O_NOCTTY | O_NONBLOCK))
        screen_ = *std::move(screen);
    also_log_to(screen_.get());
}

Result<void> Boot::load_modules() {
    if (modules_.is_open()) return {};
    DIM_TRY(const sys::SystemInfo system, sys::system_info());
    DIM_TRY(modules_,
            KernelModules::open(system.kernel_release, sys::load_kernel_module, settings_.modules));
    modules_.load_named();
    modules_.load_for_devices();
    return {};
}

Result<void> Boot::read_environment(const StageReporter& reporter) {
    DIM_TRY(environment_, read_boot_environment(settings_.files));
    const AgentSettings& settings = environment_.settings;
    if (settings.is_debug) set_log_level(LogLevel::debug);
    if (reporter.attempt() == 1)
        for (const std::string& warning : environment_.warnings)
            log(LogLevel::warning, warning);
    if (settings.server_name.empty()) {
        return fail(Error(ErrorCode::invalid_input,
                          "the kernel command line does not name the image server")
                        .with_cure("build the boot file anew: it sets dim.server-name="));
    }
    if (tls_) return {};
    DIM_TRY(const std::string authority, sys::read_file(settings.authority_path, kAuthorityLimit));
    if (!random_) {
        DIM_TRY(random_, tls::Random::create());
    }
    auto tls = tls::ClientSettings::create(*random_, authority);
    if (!tls) return fail(std::move(tls).error().with_context(settings.authority_path));
    tls_ = *std::move(tls);
    if (tls_->is_clock_wrong())
        log(LogLevel::notice, "the clock is wrong: the server's certificate may be of any age");
    return {};
}

Result<CheckedPlan> Boot::negotiate(StageReporter& reporter) {
    reporter.trying("POST /v1/agent/boots");
    const MachineIdentity& machine = environment_.machine;
    const api::BootRequest request{
        .mac = network_->mac,
        .architecture = own_architecture(),
        .machine = machine.machine,
        .serial = machine.serial,
        .uuid = machine.uuid,
        .memory_bytes = machine.memory_bytes,
        .cpus = machine.cpus,
        .kernel = machine.kernel,
        .agent_version = DIM_VERSION,
        .attempt = reporter.attempt(),
        .agent_started_us = settings_.started_us,
        .stages = reporter.stages(),
        .earlier_failures = failures_.failures(),
        .now_us = now_us(),
        .authorities = tls_->fingerprints(),
        .kernel_version = machine.kernel_version,
    };
    DIM_TRY(const std::string answer, session_->exchange("/v1/agent/boots", api::to_json(request),
                                                         sys::Deadline::in(kPlanTimeout)));
    failures_.clear();
    auto plan = api::parse<api::BootPlan>(answer);
    if (!plan) return fail(std::move(plan).error().with_context("the boot plan"));
    log(LogLevel::info, to_string(plan->blade) + ": image " + to_string(plan->image) +
                            ", generation " + to_string(plan->generation) + ", from " +
                            endpoint().name + " at " + to_string(endpoint().address));
    // The kernel's NFS client calls itself by the host name: two blades of one name would take each
    // other's leases. The distribution sets its own name later.
    DIM_CHECK(sys::sethostname(to_string(plan->blade)));
    reporter.trying("check the boot plan " + printable(plan->boot_id, 64));
    return check_plan(*plan, network_->plan.address);
}

ServerEndpoint Boot::endpoint() const {
    return {network_->plan.server, environment_.settings.port, environment_.settings.server_name};
}

Error Boot::attempt(StageReporter& reporter) {
    session_.reset();
    plan_.reset();
    Error error = boot(reporter).error();
    if (!session_) forget_dhcp_answer();
    return error;
}

void Boot::forget_dhcp_answer() {
    if (!network_ || !network_->is_by_dhcp) return;
    const auto removed = remove_addresses(*network_);
    if (!removed) log(LogLevel::warning, network_->interface + ": " + to_string(removed.error()));
    network_.reset();
}

void Boot::report(const api::BootFailure& failure) {
    if (session_ && session_->is_open()) {
        api::FailureReport report{.mac = network_->mac,
                                  .boot_id = std::nullopt,
                                  .token = std::nullopt,
                                  .failure = failure,
                                  .now_us = now_us()};
        if (plan_) {
            report.boot_id = plan_->boot_id;
            report.token = plan_->token;
        }
        const auto told = session_->exchange("/v1/agent/failures", api::to_json(report),
                                             sys::Deadline::in(kReportTimeout));
        if (told) return;
        log(LogLevel::debug, "failure not reported yet: " + to_string(told.error()));
    }
    failures_.keep(failure);
}

std::optional<std::chrono::seconds> Boot::retry_after() const {
    return session_ ? session_->retry_after() : std::nullopt;
}

}  // namespace dim::agent
