#include "imageserver/dns/dns_service.hpp"

#include "imageserver/dns/dns_probe.hpp"
#include "imageserver/dns/zone_files.hpp"
#include "imageserver/service/service_log.hpp"
#include "imageserver/service/work_directory.hpp"
#include "libdim/base/log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::server {

namespace {

using namespace std::chrono_literals;

constexpr auto kName = "named";
constexpr auto kProbeTimeout = 500ms;
constexpr auto kReadyTimeout = 5s;
constexpr std::size_t kCauseLines = 4;

/// Where named.conf names the zone that the probe asks for: the domain's is the first.
constexpr std::string_view kZone = "\nzone \"";

std::string first_zone(std::string_view configuration) {
    const std::size_t at = configuration.find(kZone);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = configuration.substr(at + kZone.size());
    return std::string(rest.substr(0, rest.find('"')));
}

/// Ready when named answers with the serial of the configuration that is installed, whether that is
/// the newest or the one gone back to.
Result<void> probe(const DnsService::Settings& settings) {
    DIM_TRY(const std::string text, sys::read_file(settings.directory + "/named.conf"));
    const auto wanted = zone_serial(text);
    if (!wanted) return fail(ErrorCode::unavailable, "its configuration names no serial");
    DIM_TRY(const std::uint32_t serial,
            probe_dns(settings.address, settings.port, first_zone(text), kProbeTimeout));
    if (serial == *wanted) return {};
    return fail(ErrorCode::unavailable, "it answers with the zones of serial " +
                                            std::to_string(serial) + ", not " +
                                            std::to_string(*wanted));
}

/// Only what tells of a failure; named says a lot about how it was built.
std::string explain_named(std::string_view log) {
    constexpr std::string_view kTelling[] = {"error",      "failed",       "fatal",     "denied",
                                             "not loaded", "exiting (due", "not found", "could not",
                                             "couldn't",   "unable"};
    std::string telling;
    for (const std::string_view line : split(log, '\n')) {
        const bool is_telling = line.find("built with") == std::string_view::npos &&
                                std::ranges::any_of(kTelling, [&](std::string_view word) {
                                    return line.find(word) != std::string_view::npos;
                                });
        if (is_telling) telling.append(line).append("\n");
    }
    return last_lines(telling.empty() ? log : telling, kCauseLines);
}

/// named insists on a working directory that the user it becomes may write to, although it writes
/// nothing there; its zones are not to be changed by it.
std::string work_directory(const DnsService::Settings& settings) {
    return settings.directory + "/work";
}

/// It becomes its user before it starts, so that it needs not even the capability to do that.
sys::Confinement confinement(const DnsService::Settings& settings) {
    return {.user = settings.user, .capabilities = {sys::Capability::net_bind_service}};
}

ConfiguredService::Settings service_settings(const DnsService::Settings& settings) {
    const std::string configuration = settings.directory + "/named.conf";
    return {.service = {.name = kName,
                        .arguments = {settings.program, "-g", "-4", "-c", configuration},
                        .log_file = settings.directory + "/named.log",
                        .confinement = confinement(settings),
                        .reload = ReloadAction::hangup,
                        .must_be_alone = true,
                        .ready_timeout = kReadyTimeout,
                        .failed_text = "reloading configuration failed",
                        .probe = [settings](std::string_view) { return probe(settings); },
                        .explain = explain_named},
            .directory = settings.directory,
            // The candidate names the new zone files, which are there already: all is checked.
            .checker = [settings](std::span<const std::string> candidates) {
                return std::vector<std::string>{settings.checker, "-z", candidates.front()};
            }};
}

}  // namespace

DnsService::DnsService(ServiceControl& control, Settings settings)
    : control_(control),
      settings_(std::move(settings)),
      service_(control, service_settings(settings_)) {}

Result<void> DnsService::apply(const cluster::Definition& definition) {
    const std::lock_guard one_at_a_time(apply_mutex_);
    const bool is_wanted = definition.services.dns == cluster::DnsBackend::bind;
    {
        const std::lock_guard lock(wanted_mutex_);
        is_wanted_ = is_wanted;
    }
    return is_wanted ? run(definition) : control_.stop(kName);
}

ZoneFiles DnsService::zone_files() const {
    return {settings_.directory, [] { return sys::realtime_us() / 1'000'000; }};
}

ZoneFiles::Render DnsService::zones_of(const cluster::Definition& definition) const {
    return [this, &definition](std::uint32_t serial) {
        std::vector<render::DnsZone> zones{
            render::render_forward_zone(definition, settings_.server, serial)};
        std::ranges::move(render::render_reverse_zones(definition, settings_.server, serial),
                          std::back_inserter(zones));
        return zones;
    };
}

Result<ConfigFile> DnsService::configuration_of(const ZoneFiles::Written& zones) const {
    DIM_TRY(std::string text,
            render_named_configuration(settings_.address, settings_.port, work_directory(settings_),
                                       zones.serial, zones.files));
    return ConfigFile{.path = configuration_path(), .bytes = std::move(text)};
}

std::optional<std::uint32_t> DnsService::installed_serial() const {
    const auto installed = sys::read_file(configuration_path());
    return installed ? zone_serial(*installed) : std::nullopt;
}

Result<std::optional<std::string>>
DnsService::reload_reason(const cluster::Definition& definition) const {
    const bool will_be_wanted = definition.services.dns == cluster::DnsBackend::bind;
    if (will_be_wanted != is_wanted()) return will_be_wanted ? "it is to run" : "it is to end";
    if (!will_be_wanted) return std::nullopt;
    const auto serial = installed_serial();
    if (!serial) return "it has no zones yet";
    const auto zones = zone_files().current(zones_of(definition), *serial);
    if (!zones) return "names or addresses of the cluster change";
    DIM_TRY(const ConfigFile file, configuration_of(*zones));
    return service_.load_reason(std::span(&file, 1));
}

Result<void> DnsService::run(const cluster::Definition& definition) {
    if (definition.domain.empty())
        return fail(Error(ErrorCode::invalid_input, "the cluster has no domain")
                        .with_cure("add domain=\"…\" to the <cluster> element"));
    DIM_CHECK(sys::ensure_directory(settings_.directory));
    DIM_CHECK(make_work_directory(confinement(settings_), work_directory(settings_)));
    const ZoneFiles files = zone_files();
    DIM_TRY(const ZoneFiles::Written written,
            files.write(zones_of(definition), installed_serial()));
    DIM_TRY(const ConfigFile file, configuration_of(written));
    DIM_TRY(const auto outcome, service_.apply(std::span(&file, 1)));
    static_cast<void>(outcome);
    // Old files do no harm.
    if (auto removed = files.remove_all_but(written.serial); !removed)
        log(LogLevel::warning, to_string(removed.error()));
    return {};
}

Result<void> DnsService::stop() {
    const std::lock_guard one_at_a_time(apply_mutex_);
    {
        const std::lock_guard lock(wanted_mutex_);
        is_wanted_ = false;
    }
    return control_.stop(kName);
}

bool DnsService::is_wanted() const {
    const std::lock_guard lock(wanted_mutex_);
    return is_wanted_;
}

api::ServiceStatus DnsService::status() const { return service_.status(); }

}  // namespace dim::server
