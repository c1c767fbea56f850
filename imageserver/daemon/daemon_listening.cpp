#include "imageserver/daemon/daemon_parts.hpp"
#include "imageserver/daemon/report.hpp"
#include "libdim/api/agent_port.hpp"
#include "libdim/api/limits.hpp"

#include <functional>
#include <utility>

namespace dim::server {

namespace {

/// Of all, for blades that have none yet: as many as a server has.
constexpr std::size_t kReservedAgentConnections = 1024;

}  // namespace

void Daemon::Parts::note_refusal(const http::Peer& peer, http::Refusal refusal,
                                 std::string_view text) {
    blade_notes_.post(
        [this, peer, refusal, text = std::string(text)] { refusals_.note(peer, refusal, text); });
}

void Daemon::Parts::note_server_refusal(const http::Peer& peer, http::Refusal refusal,
                                        std::string_view text) {
    std::string what = std::string(http::to_string(refusal)) + ": " + std::string(text);
    server_notes_.post([this, origin = to_string(peer), what = std::move(what)] {
        state_.alerts.note({"server-channel", origin, what,
                            "'dim server list' shows which image servers belong together"},
                           clock_.now());
    });
}

void Daemon::Parts::make_agent_server() {
    http::Server::Settings settings;
    settings.admits = [this](std::uint32_t address) {
        return state_.roster.has(model::Ipv4Address(address));
    };
    settings.reserved_connections = kReservedAgentConnections;
    settings.handshake_executor = lanes_.handshakes.get_executor();
    agent_server_ = std::make_unique<http::Server>(loop_.get_executor(), std::move(settings),
                                                   std::bind_front(&Router::handle, &router_),
                                                   std::bind_front(&Parts::note_refusal, this));
}

/// All of it is called on the thread of that server.
BootServer::Settings Daemon::Parts::boot_server_settings() {
    return {.address = state_.bootnet.address,
            .port = settings_.boot_port,
            .device = to_string(state_.bootnet.device),
            .admits =
                [this](std::uint32_t address) {
                    return state_.roster.has(model::Ipv4Address(address));
                },
            .note =
                [this](model::Ipv4Address peer, const FirmwareLoad& load) {
                    load_notes_.post([this, peer, load] { refusals_.note_load(peer, load); });
                },
            .refused = std::bind_front(&Parts::note_refusal, this)};
}

StartStep Daemon::Parts::listening_for_firmware() {
    return {.kind = "boot-port",
            .origin = to_string(state_.bootnet.address),
            .where = boot_server_.executor(),
            .run = [this]() -> Result<void> {
                DIM_TRY([[maybe_unused]] const std::uint16_t port, boot_server_.listen());
                return {};
            }};
}

Result<void> Daemon::Parts::listen_for_agents() {
    DIM_TRY(auto tls, state_.identity->server_settings());
    const auto port =
        agent_server_->listen_tls(state_.bootnet.address.value(), api::kAgentPort,
                                  std::make_shared<const tls::ServerSettings>(std::move(tls)),
                                  to_string(state_.bootnet.device));
    if (port) return {};
    return fail(Error(port.error())
                    .with_cure("give " + to_string(state_.bootnet.device) + " the address " +
                               to_string(state_.bootnet.address) +
                               ", and see that nobody else uses port " +
                               std::to_string(api::kAgentPort) + "; it is tried every second"));
}

/// The bootnet's device may appear, or get its address, after the daemon.
StartStep Daemon::Parts::listening_for_agents() {
    return {.kind = "agent-port",
            .origin = to_string(state_.bootnet.address),
            .where = loop_.get_executor(),
            .run = [this] { return listen_for_agents(); }};
}

Result<void> Daemon::Parts::listen_for_administrators() {
    http::Server::Settings settings;
    settings.limits.body = api::limits::kClusterMessageBytes;
    admin_server_ = std::make_unique<http::Server>(loop_.get_executor(), settings,
                                                   std::bind_front(&Router::handle, &router_),
                                                   std::bind_front(&Parts::note_refusal, this));
    DIM_CHECK(server_channel_.listen_for_administrators());
    return admin_server_->listen_unix(settings_.socket(), 0600);
}

}  // namespace dim::server
