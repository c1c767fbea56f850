#pragma once

#include "libdim/api/sync_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "tools/command.hpp"

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// Which blades are brought up to date after which, and what must be so in between.
struct WaveArguments {
    std::vector<std::string> canary;  ///< ranges: these first
    std::string level;                ///< of the taxonomy: one after the other; empty: all at once
    double settle_seconds = kSettleSeconds;  ///< so long blades must stay up
    std::string check;                       ///< a command for the shell, for each blade that is up
    bool rolls_back = false;

    static constexpr double kSettleSeconds = 10;

    void add_options(CLI::App& app);
    bool is_used() const { return !canary.empty() || !level.empty(); }
};

/// One wave: "canary", "s01c1", "all".
struct Wave {
    std::string name;
    std::vector<model::ComponentName> blades;

    bool operator==(const Wave&) const = default;
};

/// CANARY first, then the rest of BLADES, by the component of LEVEL that they are in; in the order
/// of the definition. Errors: not_found for a level that there is not, or that blades are not in;
/// invalid_input for a canary that is none of BLADES.
Result<std::vector<Wave>> plan_waves(const cluster::Definition& definition,
                                     std::span<const model::ComponentName> blades,
                                     std::span<const model::ComponentName> canary,
                                     const std::string& level);

/// As sync_blades(), in waves: the next one begins only when every blade of the one before is up to
/// date, still up if it was, and passes the check. Failures: what is not so; the blades of later
/// waves were not touched then.
Outcome<> sync_in_waves(const Context& context, const api::SyncImage& request,
                        const WaveArguments& arguments);

}  // namespace dim::tool
