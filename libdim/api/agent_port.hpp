#pragma once

#include <cstdint>

namespace dim::api {

/// Where an image server listens for agents (TLS over TCP), on its bootnet address.
inline constexpr std::uint16_t kAgentPort = 7443;

}  // namespace dim::api
