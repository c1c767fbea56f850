#pragma once

#include "libdim/api/sync_messages.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "tools/command.hpp"
#include "tools/sync.hpp"

#include <CLI/CLI.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dim::tool {

/// Which blades are brought up to date after which, and what must be so in between.
struct WaveArguments {
    std::vector<std::string> canary;  ///< ranges: these first
    std::string level;                ///< of the taxonomy: one after the other; empty: all at once
    std::optional<double> settle_seconds;  ///< so long blades must stay up; unless given, 10
    std::string check;  ///< a program that gets the name of a blade that is up; empty: none
    bool rolls_back = false;

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

/// A sync that may begin.
struct ChosenSync {
    api::SyncImage request;
    std::vector<Wave> waves;  ///< empty: all blades at once
    /// Of a server that did not answer: what blades of it have the image is not known.
    std::optional<Failure> unreached = {};
};

/// What is to be done, asked about when many blades are touched. Failures: usage; not_confirmed;
/// and those of plan_waves() and SyncArguments::request().
Outcome<ChosenSync> choose_sync(const Context& context, const SyncArguments& arguments,
                                const WaveArguments& waves);

/// Has the blades brought up to date, and prints what came of it. The next wave begins only when
/// every blade of the one before is up to date, still up if it was, and passes the check. Failures:
/// that of the first blade that could not be; what is not so after a wave, and the blades of later
/// ones were not touched then.
Outcome<> run_chosen(const Context& context, const ChosenSync& chosen, const WaveArguments& waves);

}  // namespace dim::tool
