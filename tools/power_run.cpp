#include "tools/power_run.hpp"

#include "libdim/base/parse_number.hpp"
#include "libdim/base/text.hpp"
#include "tools/boot_wait.hpp"
#include "tools/confirm.hpp"
#include "tools/stagger.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>
#include <utility>

namespace dim::tool {

namespace {

using power::PowerAction;
using power::PowerChange;
using power::PowerState;

constexpr std::chrono::seconds kPowerTime{30};
constexpr std::chrono::seconds kRunningTime{600};
constexpr std::uint32_t kLongest = 24 * 3600;

std::optional<std::uint32_t> seconds_of(const std::string& word) {
    const auto seconds = parse_number<std::uint32_t>(word, 0, kLongest);
    return seconds ? std::optional(*seconds) : std::nullopt;
}

BladeAnswer transition(const PowerChange& change) {
    const std::string before(to_string(change.before));
    const std::string after(to_string(change.after));
    return {before + " → " + after, {{"before", before}, {"after", after}}};
}

/// "switch off"; what interrupts a blade that runs.
const char* deed_of(PowerAction action) {
    switch (action) {
        case PowerAction::on: return "switch on";
        case PowerAction::off:
        case PowerAction::soft_off: return "switch off";
        case PowerAction::cycle: return "power-cycle";
        case PowerAction::reset: return "reset";
    }
    std::unreachable();
}

std::vector<Result<BladeAnswer>> power_states_of(power::PowerControl& control) {
    std::vector<Result<BladeAnswer>> answers;
    for (const auto& state : control.states()) {
        if (!state) {
            answers.emplace_back(fail(state.error()));
            continue;
        }
        BladeAnswer answer = one_value("state", to_string(*state));
        add_remark(answer, control.remark());
        answers.emplace_back(std::move(answer));
    }
    return answers;
}

/// What a command does with the blades of TARGET.
struct PowerWork {
    const PowerTarget& target;
    PowerAction action;
    const PowerArguments& arguments;
    BootWait* wait;  ///< nullptr: nobody waits for boots
};

Result<BladeAnswer> await_blade(const PowerWork& work, power::PowerControl& control, std::size_t at,
                                const power::PowerSent& sent, const sys::Deadline& deadline) {
    DIM_TRY(const PowerChange change, power::await_power(control.blade(at), sent, deadline));
    BladeAnswer answer = transition(change);
    add_remark(answer, control.remark());
    if (work.wait != nullptr) work.wait->expect(work.target.blades[at].name, sent, work.action);
    return answer;
}

/// A command, and until when its power state is waited for.
struct AwaitedPower {
    power::PowerSent sent;
    sys::Deadline deadline;
};

Result<AwaitedPower> send_to_blade(const PowerWork& work, power::PowerControl& control,
                                   std::size_t at) {
    const auto deadline = sys::Deadline::in(work.arguments.power_time());
    DIM_TRY(const power::PowerSent sent,
            power::send_action(control.blade(at), work.action, deadline));
    return AwaitedPower{sent, deadline};
}

/// One blade after the other, power state and all.
std::vector<Result<BladeAnswer>> change_in_order(const PowerWork& work,
                                                 power::PowerControl& control) {
    return one_after_the_other(
        work.target.blades.size(), work.arguments.stagger,
        [&](std::size_t at) -> Result<BladeAnswer> {
            DIM_TRY(const AwaitedPower awaited, send_to_blade(work, control, at));
            return await_blade(work, control, at, awaited.sent, awaited.deadline);
        });
}

/// Commands in order first, so that one that does not obey holds up no boot behind it.
std::vector<Result<BladeAnswer>> send_then_wait(const PowerWork& work,
                                                power::PowerControl& control) {
    const auto all =
        one_after_the_other(work.target.blades.size(), work.arguments.stagger,
                            [&](std::size_t at) { return send_to_blade(work, control, at); });
    std::vector<Result<BladeAnswer>> answers;
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto& awaited = all[at];
        answers.push_back(awaited ? await_blade(work, control, at, awaited->sent, awaited->deadline)
                                  : Result<BladeAnswer>(fail(awaited.error())));
    }
    return answers;
}

std::vector<Result<BladeAnswer>> power_answers_of(const PowerTarget& target,
                                                  std::optional<PowerAction> action,
                                                  const PowerArguments& arguments, BootWait* wait) {
    auto control = target.open();
    if (!control)
        return std::vector<Result<BladeAnswer>>(target.blades.size(), fail(control.error()));
    if (!action) return power_states_of(**control);
    const PowerWork work{target, *action, arguments, wait};
    return wait == nullptr ? change_in_order(work, **control) : send_then_wait(work, **control);
}

/// For CLI11: empty when it is one.
std::string is_wait_word(const std::string& word) {
    if (word == "power" || word == "running" || seconds_of(word)) return "";
    return "'" + printable(word, 40) + "' is none of: power, running, a number of seconds";
}

/// The same.
std::string is_stagger_word(const std::string& word) {
    const auto time = parse_stagger(word);
    return time ? "" : time.error().message() + "; " + time.error().cure();
}

std::size_t count_blades(const std::vector<PowerTarget>& targets) {
    std::size_t count = 0;
    for (const PowerTarget& target : targets)
        count += target.blades.size();
    return count;
}

Outcome<> confirm_power(const Context& context, const std::vector<PowerTarget>& targets,
                        PowerAction action, const std::string& which) {
    const std::size_t ask_above = action == PowerAction::on ? kAskAbove : 1;
    return confirm(
        context, deed_of(action), count_blades(targets), [&] { return which; }, ask_above);
}

Outcome<std::optional<BootWait>> begin_wait(const Context& context,
                                            const std::vector<PowerTarget>& targets,
                                            std::optional<PowerAction> action,
                                            const PowerArguments& arguments) {
    if (!arguments.waits_until_running()) return std::nullopt;
    if (!action || *action == PowerAction::off || *action == PowerAction::soft_off)
        return wrong_usage(Error(ErrorCode::invalid_input,
                                 "--wait running is for what starts blades: on, cycle, reset")
                               .with_cure("leave it out"));
    std::set<std::string> blades;
    for (const PowerTarget& target : targets)
        for (const BladePlace& blade : target.blades)
            blades.insert(blade.name);
    DIM_TRY(auto wait, BootWait::begin(context, blades));
    return std::optional(std::move(wait));
}

}  // namespace

void PowerArguments::add_options(CLI::App& app) {
    app.add_option("--wait", wait,
                   "until when: 'power', the state that a blade is sent to, 'running', as the "
                   "daemon says of a boot that follows the command, or a number of seconds: so "
                   "long for the power state")
        ->check(is_wait_word)
        ->capture_default_str();
    app.add_option("--time-limit", time_limit_seconds,
                   "seconds until each blade must be so (30; with --wait running 600, of which 30 "
                   "for its power state)")
        ->check(CLI::Range(std::uint32_t{0}, kLongest));
    app.add_option_function<std::string>(
           "--stagger",
           [this](const std::string& word) { stagger = parse_stagger(word).value_or(stagger); },
           "time between one blade of a controller and the next: 2s, 500ms, 2s/chassis; 2 is "
           "seconds (0)")
        ->check(is_stagger_word);
}

std::chrono::seconds PowerArguments::time_limit() const {
    if (time_limit_seconds) return std::chrono::seconds(*time_limit_seconds);
    if (const auto seconds = seconds_of(wait)) return std::chrono::seconds(*seconds);
    return waits_until_running() ? kRunningTime : kPowerTime;
}

std::chrono::seconds PowerArguments::power_time() const {
    return waits_until_running() ? std::min(kPowerTime, time_limit()) : time_limit();
}

Outcome<std::optional<PowerAction>> parse_power_word(const std::string& word) {
    if (word == "state") return std::nullopt;
    DIM_TRY(const auto action, from_word(power::parse_power_action(word)));
    return std::optional(action);
}

Outcome<> run_power(const Context& context, const std::vector<PowerTarget>& targets,
                    std::optional<PowerAction> action, const PowerArguments& arguments,
                    const std::string& which, const ResultNames& names) {
    DIM_TRY(auto wait, begin_wait(context, targets, action, arguments));
    if (action) DIM_CHECK(confirm_power(context, targets, *action, which));
    std::vector<ControllerWork> work;
    for (const PowerTarget& target : targets)
        work.push_back(
            {target.controller, target.blades,
             [&] { return power_answers_of(target, action, arguments, wait ? &*wait : nullptr); }});
    std::vector<BladeResult> results = at_controllers(work);
    if (wait) wait->finish(results, sys::Deadline::in(arguments.time_limit()));
    print_results(context, results, names);
    return summary(std::move(results), names);
}

}  // namespace dim::tool
