#pragma once

#include "imageserver/override/blade_root.hpp"
#include "imageserver/override/override_journal.hpp"
#include "imageserver/override/wanted_file.hpp"

#include <string>
#include <vector>

namespace dim::server {

/// How a file of a blade's root and the rule for it stand to each other.
enum class OverrideState {
    current,   ///< it is as the rule says
    missing,   ///< the rule has written nothing there yet
    outdated,  ///< it is as DIM wrote it, but the rule says something else by now
    changed,   ///< the blade changed, removed or had it: kept unless forced
    leftover,  ///< DIM wrote it, and no rule does any more: kept
    problem,   ///< nobody can say, or something is in the way
};
/// "current", "missing", "outdated", "changed", "leftover", "problem"
std::string_view to_string(OverrideState state);

struct PlannedFile {
    WantedFile wanted;
    OverrideState state = OverrideState::current;
    std::string note = {};    ///< more about the state; may be empty
    std::string digest = {};  ///< of what is wanted
    bool is_change = false;   ///< writing it changes the blade's root
};

/// Whether what a blade has and DIM has no record of may be replaced.
enum class Unrecorded {
    replaced,  ///< it is the master's
    kept,      ///< it may be the blade's: nothing is recorded of the whole image
};

/// What is to be done about WANTED, and about what the journal has besides. Sorted by path. Errors:
/// io.
Result<std::vector<PlannedFile>> plan_overrides(std::vector<WantedFile> wanted,
                                                const OverrideJournal::Entries& journal,
                                                const BladeRoot& root, Unrecorded unrecorded);

/// Of content, mode and owner.
std::string override_digest(std::string_view bytes, mode_t mode, sys::FileOwner owner);

}  // namespace dim::server
