#include "libdim/power/power_control.hpp"

#include <utility>

namespace dim::power {

namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(500);

Result<PowerState> wait_for(BladePower& blade, PowerState wanted, const sys::Deadline& deadline) {
    while (true) {
        DIM_TRY(const PowerState state, blade.state());
        if (state == wanted) return state;
        if (deadline.has_passed()) {
            return fail(Error(ErrorCode::timed_out, blade.name() +
                                                        " took the command and is still " +
                                                        std::string(to_string(state)))
                            .with_cure("allow more time with --time-limit, and read what the "
                                       "hardware logs: 'dim bcadmin CHASSIS eventlog' for a "
                                       "BladeCenter"));
        }
        sys::sleep_for(kPollInterval);
    }
}

PowerCommand command_of(PowerAction action) {
    switch (action) {
        case PowerAction::on:
        case PowerAction::cycle: return PowerCommand::on;
        case PowerAction::off: return PowerCommand::off;
        case PowerAction::soft_off: return PowerCommand::soft_off;
        case PowerAction::reset: return PowerCommand::reset;
    }
    std::unreachable();
}

Result<void> check_reset(BladePower& blade, PowerState before) {
    if (before == PowerState::on) return {};
    return fail(Error(ErrorCode::conflict, blade.name() + " is " + std::string(to_string(before)) +
                                               ", so it cannot be reset")
                    .with_cure("'power on' starts it"));
}

}  // namespace

std::vector<Result<PowerState>> PowerControl::states() {
    std::vector<Result<PowerState>> states;
    for (std::size_t place = 0; place < size(); ++place)
        states.push_back(blade(place).state());
    return states;
}

Result<PowerSent> send_action(BladePower& blade, PowerAction action,
                              const sys::Deadline& deadline) {
    DIM_TRY(const PowerState before, blade.state());
    if (action == PowerAction::reset) DIM_CHECK(check_reset(blade, before));
    if (action == PowerAction::cycle && before != PowerState::off) {
        DIM_CHECK(blade.send(PowerCommand::off));
        DIM_CHECK(wait_for(blade, PowerState::off, deadline));
    }
    const PowerCommand command = command_of(action);
    const bool is_on_then = command == PowerCommand::on || command == PowerCommand::reset;
    const std::int64_t sent_us = sys::boottime_us();
    DIM_CHECK(blade.send(command));
    return PowerSent{before, is_on_then ? PowerState::on : PowerState::off, sent_us};
}

Result<PowerChange> await_power(BladePower& blade, const PowerSent& sent,
                                const sys::Deadline& deadline) {
    DIM_TRY(const PowerState after, wait_for(blade, sent.wanted, deadline));
    return PowerChange{sent.before, after};
}

Result<PowerChange> change_power(BladePower& blade, PowerAction action,
                                 const sys::Deadline& deadline) {
    DIM_TRY(const PowerSent sent, send_action(blade, action, deadline));
    return await_power(blade, sent, deadline);
}

}  // namespace dim::power
