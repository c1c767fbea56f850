#include "imageserver/dhcp/dhcp_service.hpp"

#include "imageserver/dhcp/dhcpd_configuration.hpp"
#include "imageserver/service/service_log.hpp"
#include "libdim/base/text.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/file.hpp"

#include <algorithm>

namespace dim::server {

namespace {

constexpr std::size_t kCauseLines = 6;

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

ConfiguredService::Settings service_settings(const DhcpService::Settings& settings,
                                             const cluster::DeviceName& device) {
    const std::string& directory = settings.directory;
    // In the foreground, logging to standard error; no process file, since the supervisor knows
    // the process; the leases are not worth keeping elsewhere, since all addresses are fixed.
    return {.service = {.name = "dhcpd",
                        .arguments = {settings.program, "-4", "-f", "-d", "--no-pid", "-cf",
                                      directory + "/dhcpd.conf", "-lf", directory + "/dhcpd.leases",
                                      to_string(device)},
                        .log_file = directory + "/dhcpd.log",
                        .reload = ReloadAction::restart,
                        .must_be_alone = true,
                        .ready_text = "Server starting service.",
                        .explain = explain_dhcpd},
            .directory = directory,
            .checker = [settings](std::span<const std::string> candidates) {
                return std::vector<std::string>{settings.program,
                                                "-t",
                                                "-4",
                                                "-cf",
                                                candidates.front(),
                                                "-lf",
                                                settings.directory + "/dhcpd.leases"};
            }};
}

}  // namespace

DhcpService::DhcpService(ServiceControl& control, Settings settings,
                         const cluster::DeviceName& device)
    : settings_(std::move(settings)), service_(control, service_settings(settings_, device)) {}

Result<void> DhcpService::apply(const cluster::Definition& definition,
                                std::span<const api::DhcpHost> hosts) {
    DIM_TRY(std::string text, render_dhcpd_configuration(definition, settings_.server, hosts));
    DIM_CHECK(sys::ensure_directory(settings_.directory));
    // dhcpd does not start without its lease file, and does not make it either.
    DIM_TRY(const sys::Fd leases,
            sys::open(settings_.directory + "/dhcpd.leases", O_WRONLY | O_CREAT, 0644));
    const ConfigFile file{.path = settings_.directory + "/dhcpd.conf", .bytes = std::move(text)};
    DIM_TRY(const auto outcome, service_.apply(std::span(&file, 1)));
    static_cast<void>(outcome);
    return {};
}

}  // namespace dim::server
