#pragma once

#include "imageserver/boot/boot_record.hpp"
#include "imageserver/image/generation_change.hpp"
#include "libdim/api/sync_messages.hpp"
#include "libdim/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// Errors: limit_exceeded when CHANGE removes more than PERCENT of what blade images were made
/// with.
Result<void> check_removals(const GenerationChange& change, std::uint32_t percent);

/// ALL and then MORE.
void add(MovedBladeImage& all, MovedBladeImage more);

/// Writes into OUTCOME what MOVED tells; each difference only when WITH_DIFFERENCES.
void tell(const MovedBladeImage& moved, bool with_differences, api::SyncOutcome& outcome);

/// For the blade's timeline: "synced granite from generation 3 to 4: 5 paths, 1 conflict".
std::string sentence(const api::ImageSummary& target, const api::SyncOutcome& outcome);

/// Whether nothing more is to be waited for: the blade, whose BOOT that is by now, has the shared
/// root of GENERATION, could not mount it (OUTCOME tells why then), or runs no more. What cannot
/// be read is waited for.
bool settle_confirmation(const Result<std::optional<BootRecord>>& boot,
                         model::Generation generation, api::SyncOutcome& outcome);

/// Leaves out as much of what is told of each, the longest lists first, as makes all of them no
/// longer than BYTES, as JSON; counts stay.
void fit(std::vector<api::SyncOutcome>& outcomes, std::size_t bytes);

/// Those that are the same but for their blades become one.
std::vector<api::SyncOutcome> group(std::vector<api::SyncOutcome> outcomes);

}  // namespace dim::server
