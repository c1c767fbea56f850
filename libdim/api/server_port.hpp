#pragma once

#include <cstdint>

namespace dim::api {

/// Where an image server listens for other image servers (TLS over TCP), unless told otherwise.
inline constexpr std::uint16_t kServerPort = 7444;

}  // namespace dim::api
