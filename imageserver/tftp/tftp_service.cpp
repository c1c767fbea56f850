#include "imageserver/tftp/tftp_service.hpp"

#include "imageserver/service/service_log.hpp"
#include "imageserver/tftp/tftp_probe.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/netlink.hpp"

#include <algorithm>

namespace dim::server {

namespace {

using namespace std::chrono_literals;

constexpr auto kName = "tftpd";
constexpr auto kProbeTimeout = 500ms;
/// The largest block that an Ethernet frame holds (1500 - 20 - 8 - 4); firmware of the time does
/// not put fragments together.
constexpr auto kBlockSize = "1468";

/// in.tftpd logs to the system log mostly, so we add what can be seen from outside.
std::string explain_tftpd(const TftpService::Settings& settings, std::string_view log) {
    const std::string said = log.empty() ? "" : last_lines(log, 1) + "; ";
    const std::string address = to_string(settings.address);
    const auto present = sys::interface_addresses();
    if (present && std::ranges::find(*present, settings.address.value(),
                                     &sys::InterfaceAddress::address) == present->end()) {
        return said + "no network interface of this machine has the address " + address +
               ", the server's on its bootnet";
    }
    return said + "the system log says more; perhaps port " + std::to_string(settings.port) +
           " of " + address + " is in use, or the user " + settings.user + " cannot enter " +
           settings.boot_directory;
}

}  // namespace

TftpService::TftpService(ServiceControl& control, Settings settings)
    : control_(control), settings_(std::move(settings)) {}

ServiceDescription TftpService::description() const {
    return {.name = kName,
            .arguments = {settings_.program, "--foreground", "--ipv4", "--address",
                          to_string(settings_.address) + ":" + std::to_string(settings_.port),
                          "--user", settings_.user, "--blocksize", kBlockSize, "--secure",
                          settings_.boot_directory},
            .log_file = settings_.directory + "/tftpd.log",
            // For each file a child of it changes its root and becomes the user, who has nothing.
            .confinement =
                sys::Confinement{
                    .user = "root",
                    .capabilities = {sys::Capability::net_bind_service, sys::Capability::sys_chroot,
                                     sys::Capability::setuid, sys::Capability::setgid}},
            .reload = ReloadAction::restart,
            .probe = [address = settings_.address, port = settings_.port](
                         std::string_view) { return probe_tftp(address, port, kProbeTimeout); },
            .explain = [settings = settings_](
                           std::string_view log) { return explain_tftpd(settings, log); }};
}

Result<void> TftpService::start() {
    DIM_CHECK(sys::ensure_directory(settings_.directory));
    // in.tftpd gives up root: it must be able to enter and read, and never to write.
    DIM_CHECK(sys::ensure_directory(settings_.boot_directory));
    DIM_CHECK(sys::chmod(settings_.boot_directory, 0755));
    DIM_TRY(const StartOutcome outcome, control_.start(description()));
    static_cast<void>(outcome);
    return {};
}

api::ServiceStatus TftpService::status() const { return control_.status(kName); }

}  // namespace dim::server
