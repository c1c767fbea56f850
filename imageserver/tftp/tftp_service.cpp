#include "imageserver/tftp/tftp_service.hpp"

#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"
#include "libdim/sys/udp_socket.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace dim::server {

namespace {

using namespace std::chrono_literals;

constexpr const char* kName = "tftpd";
constexpr mode_t kPublicDirectory = 0755;  // in.tftpd reads as a user of its own
constexpr auto kAnswerTimeout = 300ms;

/// A read request (RFC 1350, section 5) for a file that cannot be there: any answer will do.
constexpr std::string_view kReadRequest("\x00\x01.dim-probe\x00octet\x00", 19);

Result<void> ask(sys::InternetEndpoint server) {
    DIM_TRY(const sys::Fd socket, sys::udp_socket());
    DIM_CHECK(sys::send_datagram(socket.get(), kReadRequest, server));
    std::array<char, 512> answer{};
    const auto deadline = sys::Deadline::in(kAnswerTimeout);
    DIM_TRY(const auto received, sys::receive_datagram(socket.get(), answer, deadline));
    // Opcode 5: the file does not exist, which only a server that reads its directory can say.
    if (received.size < 2 || answer[0] != 0 || answer[1] != 5) {
        return fail(ErrorCode::unavailable, "what answers on the TFTP port is no TFTP server");
    }
    return {};
}

}  // namespace

TftpService::TftpService(ServiceControl& control, Settings settings)
    : control_(control), settings_(std::move(settings)) {}

Result<void> TftpService::start() {
    for (const std::string& directory : {settings_.directory, settings_.boot_directory}) {
        DIM_CHECK(sys::ensure_directory(directory, kPublicDirectory));
    }
    return control_.start(description());
}

api::ServiceStatus TftpService::status() const { return control_.status(kName); }

ServiceDescription TftpService::description() const {
    ServiceDescription service;
    service.name = kName;
    service.arguments = {
        settings_.program, "--foreground",
        "--address",       to_string(settings_.address) + ':' + std::to_string(settings_.port),
        "--user",          settings_.user,
        "--secure",        settings_.boot_directory};
    service.log_file = settings_.directory + "/tftpd.log";
    service.probe = [server = sys::InternetEndpoint{settings_.address.value(), settings_.port}](
                        std::string_view) { return ask(server); };
    return service;
}

}  // namespace dim::server
