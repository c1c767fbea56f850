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

inline constexpr std::size_t kTreeDifferences = 1000;  ///< told of a tree; all are counted
inline constexpr std::size_t kTreePathBytes = 4096;
inline constexpr std::size_t kSyncNotes = 100;  ///< paths told of what came of a sync; all count
inline constexpr std::size_t kKeepOutRules = 256;
inline constexpr std::size_t kImageRulesBytes = 4096;  ///< of an image's keep-out rules
inline constexpr std::uint32_t kLoggedSyncs = 1000;    ///< that are remembered
/// Of what came of a sync, and of the conflicts of a reply, as JSON; what is told of each goes
/// first, all are counted.
inline constexpr std::size_t kSyncReportBytes = 6 * 1024 * 1024;
/// Of the syncs of one blade, with its outcomes, as JSON.
inline constexpr std::size_t kLoggedOutcomesBytes = 8 * 1024 * 1024;

inline constexpr std::size_t kOverrideBlades = 50;  ///< whose overrides are asked for at once
inline constexpr std::size_t kOverrideTextBytes = 64 * 1024;

inline constexpr std::size_t kComponents = 20'000;           ///< of a cluster
inline constexpr std::size_t kRangeBytes = 64 * 1024;        ///< of a text that names components
inline constexpr std::size_t kNamesBytes = 2 * 1024 * 1024;  ///< of the names of all, one by one
inline constexpr std::size_t kClusterXmlBytes = 16 * 1024 * 1024;
/// Of a message with a cluster definition in it, where a quotation mark takes two bytes: what the
/// daemon takes from administrators, and they from it.
inline constexpr std::size_t kClusterMessageBytes = 2 * kClusterXmlBytes + kMessageBytes;

inline constexpr std::size_t kMacSourceBytes = 64;
inline constexpr std::size_t kMacChangesBytes = 4 * 1024 * 1024;  ///< of all blades at once

inline constexpr std::size_t kCommandWords = 1000;  ///< of a command for blades
inline constexpr std::size_t kCommandOutputBytes =
    256 * 1024;  ///< 64 KiB as they came, with each byte that is no text replaced
inline constexpr std::uint32_t kCommandSeconds = 3600;
inline constexpr std::uint32_t kParallelCommands = 8;

inline constexpr std::size_t kKernelMessages = 40;
inline constexpr std::size_t kEarlierFailures = 8;
inline constexpr std::size_t kSharedMounts = 64;
inline constexpr std::uint32_t kHeartbeatWaitSeconds = 60;
inline constexpr std::size_t kAuthorities = 8;  ///< that a boot file trusts

inline constexpr std::size_t kRestartProcesses = 100;  ///< told of a blade; all are counted
inline constexpr std::size_t kRestartFileBytes = 255;  ///< of a path, or of a unit's name
inline constexpr std::size_t kRestartCommandBytes = 15;
inline constexpr std::size_t kRestartsBytes = 48 * 1024;  ///< of all that one blade tells, as JSON
inline constexpr std::size_t kRestartBlades = 50;         ///< that are asked about at once

}  // namespace dim::api::limits
