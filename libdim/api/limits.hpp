#pragma once

#include <cstddef>
#include <cstdint>

/// What a message may hold. A message beyond a limit is refused whole, before anything is done with
/// it.
namespace dim::api::limits {

inline constexpr std::size_t kMessageBytes = 64 * 1024;
inline constexpr std::size_t kReplyBytes =
    16 * 1024 * 1024;  ///< what a client takes from the daemon: 7,000 blades' status
inline constexpr std::size_t kDepth = 16;
inline constexpr std::size_t kTextBytes = 1024;  ///< one string, unless the field says otherwise
inline constexpr std::size_t kListItems = 10'000;

inline constexpr std::size_t kKernelMessages = 40;
inline constexpr std::size_t kEarlierFailures = 8;
inline constexpr std::size_t kSharedMounts = 64;

}  // namespace dim::api::limits
