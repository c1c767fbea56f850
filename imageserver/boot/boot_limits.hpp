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
/// The least of these: nobody is lost before.
inline constexpr std::chrono::seconds kShortestSilence{kMissedHeartbeats};
/// How far apart two messages may place the start of the same kernel: the network's delays.
inline constexpr std::chrono::seconds kKernelStartTolerance{5};
/// Before a blade is told again of a shared root that it could not mount.
inline constexpr std::chrono::seconds kMoveRetry{60};
/// A blade whose firmware asked longer ago than this was switched off in between.
inline constexpr std::chrono::minutes kFirmwareAge{10};

inline constexpr std::size_t kBootsPerBlade = 20;
inline constexpr std::size_t kEventsPerBlade = 1000;
inline constexpr std::size_t kEventsInStory = 500;  ///< the newest, given to an administrator
/// Of a boot that is kept in memory as long as the database cannot be written.
inline constexpr std::size_t kEventsUnstored = 50;
inline constexpr std::size_t kAlerts = 1000;
/// Of one kind, so that a flood of random addresses or MACs evicts nothing but its like.
inline constexpr std::size_t kAlertsPerKind = 100;
/// Repetitions within it say nothing new about when a blade was heard last.
inline constexpr std::chrono::seconds kHeardResolution{5};
/// Between two notes of the same kind in one blade's story, for what anybody on the network can
/// cause.
inline constexpr std::chrono::seconds kRefusalInterval{10};

}  // namespace dim::server
