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

Result<PowerState> send_and_wait(BladePower& blade, PowerCommand command,
                                 const sys::Deadline& deadline) {
    DIM_CHECK(blade.send(command));
    const bool is_on_then = command == PowerCommand::on || command == PowerCommand::reset;
    return wait_for(blade, is_on_then ? PowerState::on : PowerState::off, deadline);
}

Result<PowerState> cycle(BladePower& blade, PowerState before, const sys::Deadline& deadline) {
    if (before != PowerState::off) DIM_CHECK(send_and_wait(blade, PowerCommand::off, deadline));
    return send_and_wait(blade, PowerCommand::on, deadline);
}

Result<PowerState> reset(BladePower& blade, PowerState before, const sys::Deadline& deadline) {
    if (before == PowerState::on) return send_and_wait(blade, PowerCommand::reset, deadline);
    return fail(Error(ErrorCode::conflict, blade.name() + " is " + std::string(to_string(before)) +
                                               ", so it cannot be reset")
                    .with_cure("'power on' starts it"));
}

Result<PowerState> do_action(BladePower& blade, PowerAction action, PowerState before,
                             const sys::Deadline& deadline) {
    switch (action) {
        case PowerAction::on: return send_and_wait(blade, PowerCommand::on, deadline);
        case PowerAction::off: return send_and_wait(blade, PowerCommand::off, deadline);
        case PowerAction::soft_off: return send_and_wait(blade, PowerCommand::soft_off, deadline);
        case PowerAction::reset: return reset(blade, before, deadline);
        case PowerAction::cycle: return cycle(blade, before, deadline);
    }
    std::unreachable();
}

}  // namespace

std::vector<Result<PowerState>> PowerControl::states() {
    std::vector<Result<PowerState>> states;
    for (std::size_t place = 0; place < size(); ++place)
        states.push_back(blade(place).state());
    return states;
}

Result<PowerChange> change_power(BladePower& blade, PowerAction action,
                                 const sys::Deadline& deadline) {
    DIM_TRY(const PowerState before, blade.state());
    DIM_TRY(const PowerState after, do_action(blade, action, before, deadline));
    return PowerChange{before, after};
}

}  // namespace dim::power
