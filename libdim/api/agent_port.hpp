#pragma once

#include <cstdint>

namespace dim::api {

/// Where an image server listens for agents (TLS over TCP), on its bootnet address.
inline constexpr std::uint16_t kAgentPort = 7443;

/// Whether only root of a machine can send from it (ip(7), CAP_NET_BIND_SERVICE): how an image
/// server tells a blade's agent from any other program there.
constexpr bool is_reserved_port(std::uint16_t port) { return port < 1024; }

/// Where agents send from. The kernel's NFS client, which needs reserved ports too, takes them from
/// 665 on (sunrpc.min_resvport): neither can leave the other without.
inline constexpr std::uint16_t kFirstAgentSourcePort = 512;
inline constexpr std::uint16_t kLastAgentSourcePort = 664;

}  // namespace dim::api
