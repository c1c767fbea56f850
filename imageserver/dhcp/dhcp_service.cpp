#include "imageserver/dhcp/dhcp_service.hpp"

#include "imageserver/service/service_log.hpp"
#include "imageserver/service/work_directory.hpp"
#include "libdim/base/text.hpp"
#include "libdim/render/dhcpd_configuration.hpp"
#include "libdim/render/kea_configuration.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"
#include "libdim/sys/run.hpp"

#include <algorithm>
#include <utility>

namespace dim::server {

namespace {

using cluster::DhcpBackend;

constexpr std::size_t kCauseLines = 6;
constexpr std::chrono::seconds kTouchTimeout{10};
/// Of both servers, which never run at the same time: Debian has none for dhcpd.
constexpr auto kUser = "_kea";
constexpr auto kLibraries = "/usr/lib";
constexpr auto kBootpLibrary = "/kea/hooks/libdhcp_bootp.so";

/// What dhcpd says after every failure and what tells nothing.
constexpr std::string_view kBoilerplate[] = {"Internet Systems Consortium",
                                             "Copyright ",
                                             "All rights reserved",
                                             "For info,",
                                             "Config file:",
                                             "Database file:",
                                             "PID file:",
                                             "If you think",
                                             "than a configuration",
                                             "bugs on ",
                                             "https://",
                                             "before submitting",
                                             "process and the ",
                                             "exiting.",
                                             "Configuration file errors",
                                             "Wrote ",
                                             "** Ignoring",
                                             "submitting a bug",
                                             "requests for help",
                                             "This version of ISC DHCP"};

std::string explain_dhcpd(std::string_view log) {
    std::string telling;
    for (const std::string_view line : split(log, '\n')) {
        const bool is_boilerplate =
            std::ranges::any_of(kBoilerplate, [&](std::string_view beginning) {
                return trim(line).starts_with(beginning);
            });
        if (!is_boilerplate) telling.append(line).append("\n");
    }
    return last_lines(telling, kCauseLines);
}

/// Port 67, and packets from and to who has no address yet.
sys::Confinement confinement() {
    return {.user = kUser,
            .capabilities = {sys::Capability::net_bind_service, sys::Capability::net_raw}};
}

/// Where a server may write: leases, process and lock files.
std::string work_directory(const std::string& directory) { return directory + "/work"; }

std::string lease_file(const DhcpService::Settings& settings) {
    return work_directory(settings.directory) + "/dhcpd.leases";
}

DhcpBackend other(DhcpBackend backend) {
    return backend == DhcpBackend::isc ? DhcpBackend::kea : DhcpBackend::isc;
}

ConfiguredService::Settings isc_settings(const DhcpService::Settings& settings,
                                         const std::string& log_file,
                                         const cluster::DeviceName& device) {
    const std::string& directory = settings.directory;
    // In the foreground, logging to standard error; no process file, since the supervisor knows
    // the process; the leases are not worth keeping elsewhere, since all addresses are fixed.
    return {.service = {.name = DhcpService::name_of(DhcpBackend::isc),
                        .arguments = {settings.program, "-4", "-f", "-d", "--no-pid", "-cf",
                                      directory + "/dhcpd.conf", "-lf", lease_file(settings),
                                      to_string(device)},
                        .log_file = log_file,
                        .confinement = confinement(),
                        .reload = ReloadAction::restart,
                        .must_be_alone = true,
                        .ready_text = "Server starting service.",
                        .explain = explain_dhcpd},
            .directory = directory,
            .checker = [settings](std::span<const std::string> candidates) {
                return std::vector<std::string>{
                    settings.program,    "-t", "-4", "-cf", candidates.front(), "-lf",
                    lease_file(settings)};
            }};
}

/// Only what Kea calls an error, without where in its program it comes from.
std::string explain_kea(std::string_view log) {
    std::string telling;
    for (const std::string_view line : split(log, '\n')) {
        const std::vector<std::string_view> words = split_words(line);
        const bool is_error = words.size() > 4 && (words[2] == "ERROR" || words[2] == "FATAL");
        if (is_error) telling.append(line.substr(words[4].data() - line.data())).append("\n");
    }
    return last_lines(telling.empty() ? log : telling, kCauseLines);
}

ConfiguredService::Settings kea_settings(const DhcpService::Settings& settings,
                                         const std::string& log_file) {
    const std::string& directory = settings.kea_directory;
    return {.service = {.name = DhcpService::name_of(DhcpBackend::kea),
                        .arguments = {settings.kea_program, "-c", directory + "/kea-dhcp4.json"},
                        .log_file = log_file,
                        .environment = {"KEA_PIDFILE_DIR=" + work_directory(directory),
                                        "KEA_LOCKFILE_DIR=" + work_directory(directory)},
                        .confinement = confinement(),
                        .reload = ReloadAction::hangup,
                        .must_be_alone = true,
                        .ready_text = "DHCP4_STARTED",
                        .reloaded_text = "DHCP4_DYNAMIC_RECONFIGURATION_SUCCESS",
                        .failed_text = "DHCP4_DYNAMIC_RECONFIGURATION_FAIL",
                        .explain = explain_kea},
            .directory = directory,
            .checker = [settings](std::span<const std::string> candidates) {
                return std::vector<std::string>{settings.kea_program, "-t", candidates.front()};
            }};
}

/// dhcpd does not start without its lease file, and does not make it either; so its user makes it.
Result<void> make_lease_file(const DhcpService::Settings& settings) {
    DIM_CHECK(sys::ensure_directory(settings.directory));
    DIM_CHECK(make_work_directory(confinement(), work_directory(settings.directory)));
    DIM_TRY(const sys::RunResult result, sys::run({"/usr/bin/touch", lease_file(settings)},
                                                  kTouchTimeout, {.confinement = confinement()}));
    if (result.status.is_success()) return {};
    return fail(ErrorCode::io, "make dhcpd's lease file: " + last_lines(result.output, 1));
}

/// Debian keeps libraries in a directory named for the machine's kind. Empty: there is none.
std::string find_bootp_library() {
    const auto kinds = sys::list_names(kLibraries);
    if (!kinds) return {};
    for (const std::string& kind : *kinds) {
        std::string path = std::string(kLibraries) + "/" + kind + kBootpLibrary;
        if (sys::stat(path)) return path;
    }
    return {};
}

}  // namespace

std::string DhcpService::name_of(DhcpBackend backend) {
    switch (backend) {
        case DhcpBackend::isc: return "dhcpd";
        case DhcpBackend::kea: return "kea-dhcp4";
    }
    std::unreachable();
}

DhcpService::DhcpService(ServiceControl& control, Settings settings,
                         const cluster::DeviceName& device)
    : control_(control),
      settings_(std::move(settings)),
      device_(device),
      bootp_library_(find_bootp_library()),
      isc_(control, isc_settings(settings_, log_file(), device)),
      kea_(control, kea_settings(settings_, log_file())),
      backend_(settings_.backend) {}

Result<DhcpService::Files> DhcpService::render(const cluster::Definition& definition,
                                               std::span<const api::DhcpHost> hosts) const {
    const render::ServerHosts server{.server = settings_.server,
                                     .hosts = {hosts.begin(), hosts.end()},
                                     .boot_port = settings_.boot_port};
    if (definition.services.dhcp == DhcpBackend::isc) {
        DIM_TRY(std::string text,
                render::render_dhcpd_configuration(definition, std::span(&server, 1)));
        return Files{{.path = settings_.directory + "/dhcpd.conf", .bytes = std::move(text)}};
    }
    // All addresses are fixed, so leases are not worth keeping.
    DIM_TRY(std::string text,
            render::render_kea_configuration(
                definition, std::span(&server, 1),
                {.leases = {}, .devices = {device_}, .bootp_library = bootp_library_}));
    return Files{{.path = settings_.kea_directory + "/kea-dhcp4.json", .bytes = std::move(text)}};
}

Result<std::optional<std::string>>
DhcpService::reload_reason(const cluster::Definition& definition,
                           std::span<const api::DhcpHost> hosts) const {
    DIM_TRY(const Files files, render(definition, hosts));
    const DhcpBackend wanted = definition.services.dhcp;
    const bool is_running = control_.status(DhcpService::name_of(other(wanted))).is_running;
    if (is_running) return "it takes the place of " + DhcpService::name_of(other(wanted));
    return service(wanted).load_reason(files);
}

Result<void> DhcpService::prepare(DhcpBackend backend) const {
    // Either server's log is here.
    DIM_CHECK(sys::ensure_directory(settings_.directory));
    if (backend == DhcpBackend::isc) return make_lease_file(settings_);
    DIM_CHECK(make_work_directory(confinement(), work_directory(settings_.kea_directory)));
    if (control_.status(DhcpService::name_of(backend)).is_running) return {};
    // Kea does not start while another process has the number in its process file, which may be
    // anybody's after a reboot. The lock on its log keeps a second Kea away.
    const auto removed =
        sys::unlink(work_directory(settings_.kea_directory) + "/kea-dhcp4.kea-dhcp4.pid");
    return removed || removed.error().code() == ErrorCode::not_found ? Result<void>() : removed;
}

Result<void> DhcpService::run(DhcpBackend backend, const Files& files) {
    DIM_CHECK(prepare(backend));
    // It may be one that a predecessor of ours left.
    DIM_CHECK(control_.stop(DhcpService::name_of(other(backend))));
    {
        const std::lock_guard lock(backend_mutex_);
        backend_ = backend;
    }
    DIM_TRY(const auto outcome, service(backend).apply(files));
    static_cast<void>(outcome);
    // What it took last grows old.
    return service(other(backend)).forget();
}

Error DhcpService::go_back(const Error& cause, DhcpBackend failed) {
    (void)control_.stop(DhcpService::name_of(failed));
    const Result<void> back = run(other(failed), *in_force_);
    const std::string& name = DhcpService::name_of(other(failed));
    Error error(cause.code(),
                cause.message() + "; " +
                    (back ? name + " answers again"
                          : name + " does not start either: " + back.error().message()));
    return std::move(error).with_cure(cause.cure());
}

Result<void> DhcpService::apply(const cluster::Definition& definition,
                                std::span<const api::DhcpHost> hosts) {
    const std::lock_guard one_at_a_time(apply_mutex_);
    const DhcpBackend backend = definition.services.dhcp;
    const bool is_change = in_force_ && backend != backend_;
    DIM_TRY(Files files, render(definition, hosts));
    Result<void> applied = run(backend, files);
    if (!applied && is_change) return fail(go_back(std::move(applied).error(), backend));
    DIM_CHECK(applied);
    in_force_ = std::move(files);
    return {};
}

api::ServiceStatus DhcpService::status() const {
    const std::lock_guard lock(backend_mutex_);
    return backend_ == DhcpBackend::isc ? isc_.status() : kea_.status();
}

}  // namespace dim::server
