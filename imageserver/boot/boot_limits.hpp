#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// How long silence may last, and how much is kept.
namespace dim::server {

inline constexpr std::uint32_t kHeartbeatSeconds = 10;
inline constexpr std::uint32_t kMissedHeartbeats = 3;
/// Without a word from firmware or its kernel; a TFTP load over a slow switch fits in.
inline constexpr std::chrono::seconds kFirmwareSilence{120};
/// Without a word from an agent at work.
inline constexpr std::chrono::seconds kBootSilence{60};
/// How far apart two messages may place the start of the same kernel: the network's delays.
inline constexpr std::chrono::seconds kKernelStartTolerance{5};
/// A blade whose firmware asked longer ago than this was switched off in between.
inline constexpr std::chrono::minutes kFirmwareAge{10};

inline constexpr std::size_t kBootsPerBlade = 20;
inline constexpr std::size_t kEventsPerBlade = 1000;
inline constexpr std::size_t kEventsInStory = 500;  ///< the newest, given to an administrator
inline constexpr std::size_t kAlerts = 1000;
/// Between two notes of the same kind in one blade's story, for what anybody on the network can
/// cause.
inline constexpr std::chrono::seconds kRefusalInterval{10};

}  // namespace dim::server
