#include "tools/sync_waves.hpp"

#include "libdim/base/text.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/run.hpp"
#include "tools/blade_selection.hpp"
#include "tools/cluster_source.hpp"
#include "tools/cluster_sync.hpp"
#include "tools/output/words.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <set>

namespace dim::tool {

using cluster::Definition;
using model::ComponentName;

namespace {

using Names = std::vector<ComponentName>;
using States = std::map<ComponentName, model::BladeState>;

constexpr std::chrono::seconds kStatusPoll{1};
constexpr std::chrono::minutes kCheckLimit{2};
constexpr double kSettleSeconds = 10;
constexpr double kLongestSettle = 3600;
constexpr std::size_t kOutputShown = 200;

/// The place of the component of LEVEL that BLADE is in: its kind's numbers up to that level.
Result<std::vector<std::uint32_t>> place_at(const Definition& definition, const ComponentName& name,
                                            const std::string& level) {
    const auto& taxonomy = definition.taxonomy;
    DIM_TRY(const cluster::Position position, taxonomy.find(to_string(name)));
    std::vector<std::uint32_t> numbers = taxonomy.coordinates(position);
    const auto levels = taxonomy.levels_of(position.kind);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (taxonomy.levels()[levels[i]].name != level) continue;
        numbers.resize(i + 1);
        return numbers;
    }
    std::string known;
    for (const std::size_t each : levels)
        known += (known.empty() ? "" : ", ") + taxonomy.levels()[each].name;
    return fail(Error(ErrorCode::not_found, to_string(name) + " is in no " + printable(level, 40))
                    .with_cure("its levels are " + known));
}

/// "the chassis of s01c1b01"
std::string wave_name(const Names& blades, const std::string& level) {
    return "the " + level + " of " + to_string(blades.front());
}

Outcome<States> states_of(const Context& context) {
    DIM_TRY(const auto blades, blade_states(context));
    States states;
    for (const api::BladeStatus& blade : blades)
        states.emplace(blade.name, blade.state);
    return states;
}

Names running(const States& states, const Names& blades) {
    Names up;
    for (const ComponentName& blade : blades)
        if (const auto found = states.find(blade);
            found != states.end() && found->second == model::BladeState::running)
            up.push_back(blade);
    return up;
}

/// Those of BLADES, which were up, must be so until the time is over.
Outcome<> stay_up(const Context& context, const Names& blades, double seconds) {
    if (blades.empty()) return {};
    const sys::Deadline end =
        sys::Deadline::in(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
    for (;;) {
        DIM_TRY(const States states, states_of(context));
        const Names up = running(states, blades);
        for (const ComponentName& blade : blades)
            if (std::ranges::find(up, blade) == up.end())
                return fail(Error(ErrorCode::conflict, to_string(blade) + " runs no more")
                                .with_cure("dim blade show " + to_string(blade)));
        if (end.has_passed()) return {};
        sys::sleep_for(std::min(std::chrono::milliseconds(kStatusPoll),
                                std::chrono::milliseconds(end.poll_timeout())));
    }
}

Outcome<> check_blades(const Names& blades, const std::string& program) {
    if (program.empty()) return {};
    for (const ComponentName& blade : blades) {
        DIM_TRY(const sys::RunResult ran, sys::run({program, to_string(blade)}, kCheckLimit));
        if (ran.status.is_success()) continue;
        return fail(Error(ErrorCode::conflict, to_string(blade) + " does not pass " +
                                                   printable(program, kOutputShown) + ": " +
                                                   printable(ran.output, kOutputShown)));
    }
    return {};
}

/// What was brought up to date so far, by the generation it had.
using Done = std::map<model::Generation, Names>;

void note_done(const api::SyncReport& report, Done& done) {
    for (const api::SyncOutcome& outcome : report.outcomes)
        if (outcome.from && (outcome.state == "synced" || outcome.state == "waiting"))
            done[*outcome.from].insert(done[*outcome.from].end(), outcome.blades.begin(),
                                       outcome.blades.end());
}

Outcome<> run_wave(const Context& context, api::SyncImage request, const Wave& wave,
                   const WaveArguments& arguments, Done& done) {
    DIM_TRY(const States before, states_of(context));
    const Names up = running(before, wave.blades);
    request.blades = wave.blades;
    DIM_TRY(const api::SyncReport report, run_sync(context, request));
    note_done(report, done);
    print_sync(context, report);
    DIM_CHECK(check_synced(report));
    DIM_CHECK(stay_up(context, up, arguments.settle_seconds.value_or(kSettleSeconds)));
    return check_blades(up, arguments.check);
}

/// Nothing that blades wrote is taken from them on the way back.
model::ConflictPolicy policy_back(const Context& context, const api::SyncImage& request) {
    auto policy = request.on_conflict;
    if (!policy) {
        const auto details =
            context.client.get<api::ImageDetails>("/v1/images/" + to_string(request.image));
        if (details) policy = details->image.sync.on_conflict;
    }
    using enum model::ConflictPolicy;
    return policy == keep ? keep : ask;
}

/// What was brought up to date goes back to the generations it had, whatever the others come to.
/// What blades wrote since stays, and what the generation brought goes, however much that is.
Outcome<> roll_back(const Context& context, const api::SyncImage& request, const Done& done) {
    Outcome<> all;
    for (const auto& [generation, blades] : done) {
        api::SyncImage back = request;
        back.generation = generation;
        back.blades = blades;
        back.most_removed_percent = 100;
        back.on_conflict = policy_back(context, request);
        const auto report = run_sync(context, back);
        if (report) print_sync(context, *report);
        auto ended = report ? check_synced(*report) : std::unexpected(report.error());
        if (!ended && all) all = std::move(ended);
    }
    return all;
}

Failure explain_stop(Failure failure, const Wave& wave, std::size_t untouched,
                     const std::string& fate) {
    failure.cause = std::move(failure.cause)
                        .with_context("stopped after " + wave.name + ", " + fate + ", " +
                                      count_text(untouched, "blade") + " not touched");
    return failure;
}

Outcome<std::vector<Wave>> choose_waves(const Context& context, const Names& blades,
                                        const WaveArguments& arguments) {
    DIM_TRY(const Definition definition, load_cluster(context));
    Names canary;
    if (!arguments.canary.empty()) {
        DIM_TRY(canary, BladeSelection{arguments.canary}.find(context));
    }
    DIM_TRY(auto waves, plan_waves(definition, blades, canary, arguments.level));
    return waves;
}

/// What is said of waves is for nothing without them.
Outcome<> check_arguments(const SyncArguments& sync, const WaveArguments& waves) {
    if (waves.is_used()) {
        if (!sync.is_dry_run) return {};
        return contradiction("--dry-run and waves", "a dry run changes nothing anywhere");
    }
    const char* idle = waves.settle_seconds   ? "--settle"
                       : !waves.check.empty() ? "--check"
                       : waves.rolls_back     ? "--auto-rollback"
                                              : nullptr;
    if (!idle) return {};
    return wrong_usage(
        Error(ErrorCode::invalid_input, std::string(idle) + " is about waves, and there are none")
            .with_cure("say --canary RANGE, or --wave LEVEL, too"));
}

Outcome<> sync_in_waves(const Context& context, const ChosenSync& chosen,
                        const WaveArguments& arguments) {
    Done done;
    std::size_t untouched = 0;
    for (const Wave& wave : chosen.waves)
        untouched += wave.blades.size();
    for (const Wave& wave : chosen.waves) {
        untouched -= wave.blades.size();
        if (!context.json) std::cout << "== " << wave.name << '\n';
        auto ended = run_wave(context, chosen.request, wave, arguments, done);
        if (ended) continue;
        if (!arguments.rolls_back)
            return std::unexpected(explain_stop(std::move(ended).error(), wave, untouched,
                                                "what was brought up to date stays so"));
        if (!context.json) std::cout << "== back\n";
        const auto back = roll_back(context, chosen.request, done);
        return std::unexpected(explain_stop(std::move(ended).error(), wave, untouched,
                                            back ? "what was brought up to date is back as it was"
                                                 : "not all could be brought back (" +
                                                       back.error().cause.message() + ")"));
    }
    return {};
}

}  // namespace

void WaveArguments::add_options(CLI::App& app) {
    app.add_option("--canary", canary, "these blades first, and the others only when they are well")
        ->type_name("RANGE")
        ->allow_extra_args(false);
    app.add_option("--wave", level,
                   "one after the other by this level of the cluster definition: chassis, server");
    app.add_option("--settle", settle_seconds,
                   "between waves: so long blades that ran must go on running; unless given, 10")
        ->type_name("SECONDS")
        ->check(CLI::Range(0.0, kLongestSettle));
    app.add_option("--check", check,
                   "between waves: a program that is run here with the name of each blade that "
                   "runs; it must succeed")
        ->type_name("PROGRAM");
    app.add_flag("--auto-rollback", rolls_back,
                 "when a wave is not well, bring what was brought up to date back");
}

Result<std::vector<Wave>> plan_waves(const Definition& definition,
                                     std::span<const ComponentName> blades,
                                     std::span<const ComponentName> canary,
                                     const std::string& level) {
    std::vector<Wave> waves;
    const std::set<ComponentName> first(canary.begin(), canary.end());
    for (const ComponentName& blade : canary)
        if (std::ranges::find(blades, blade) == blades.end())
            return fail(ErrorCode::invalid_input, "the canary " + to_string(blade) +
                                                      " is none of the blades that are brought up "
                                                      "to date");
    if (!canary.empty()) waves.push_back({"the canary", Names(canary.begin(), canary.end())});
    std::map<std::vector<std::uint32_t>, Names> rest;
    for (const ComponentName& blade : blades) {
        if (first.contains(blade)) continue;
        std::vector<std::uint32_t> place;
        if (!level.empty()) {
            DIM_TRY(place, place_at(definition, blade, level));
        }
        rest[place].push_back(blade);
    }
    for (auto& [place, names] : rest) {
        std::string name = level.empty() ? "the others" : wave_name(names, level);
        waves.push_back({std::move(name), std::move(names)});
    }
    return waves;
}

Outcome<ChosenSync> choose_sync(const Context& context, const SyncArguments& arguments,
                                const WaveArguments& waves) {
    DIM_CHECK(check_arguments(arguments, waves));
    DIM_TRY(auto request, arguments.request(context));
    ChosenSync chosen{.request = std::move(request), .waves = {}};
    Names blades = chosen.request.blades;
    if (blades.empty()) {
        DIM_TRY(auto holders, holders_of(context, chosen.request.image));
        if (holders.unreached && waves.is_used()) return std::unexpected(*holders.unreached);
        chosen.unreached = std::move(holders.unreached);
        blades = std::move(holders.blades);
        // Each server is told which are its own.
        if (holders.is_whole_cluster) chosen.request.blades = blades;
    }
    if (arguments.is_dry_run) return chosen;
    std::string what = "bring the images of " + to_string(chosen.request.image) + " up to date ";
    if (waves.is_used()) {
        DIM_TRY(chosen.waves, choose_waves(context, blades, waves));
        what += "in " + count_text(chosen.waves.size(), "wave") + " ";
    }
    DIM_CHECK(confirm_blades(context, what + "on", blades));
    return chosen;
}

Outcome<> run_chosen(const Context& context, const ChosenSync& chosen, const WaveArguments& waves) {
    if (waves.is_used()) return sync_in_waves(context, chosen, waves);
    DIM_TRY(const api::SyncReport report, run_sync(context, chosen.request));
    print_sync(context, report);
    DIM_CHECK(check_synced(report));
    if (chosen.unreached) return std::unexpected(*chosen.unreached);
    return {};
}

}  // namespace dim::tool
