#include "libdim/power/power_state.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::power {

namespace {

constexpr model::EnumWords<PowerState, 4> kStates{{{PowerState::off, "off"},
                                                   {PowerState::on, "on"},
                                                   {PowerState::standby, "standby"},
                                                   {PowerState::hibernate, "hibernate"}}};
constexpr model::EnumWords<PowerCommand, 4> kCommands{{{PowerCommand::on, "on"},
                                                       {PowerCommand::off, "off"},
                                                       {PowerCommand::soft_off, "softoff"},
                                                       {PowerCommand::reset, "reset"}}};
constexpr model::EnumWords<PowerAction, 5> kActions{{{PowerAction::on, "on"},
                                                     {PowerAction::off, "off"},
                                                     {PowerAction::soft_off, "softoff"},
                                                     {PowerAction::cycle, "cycle"},
                                                     {PowerAction::reset, "reset"}}};

}  // namespace

std::string_view to_string(PowerState state) { return model::word_of(kStates, state); }
std::string_view to_string(PowerCommand command) { return model::word_of(kCommands, command); }

Result<PowerAction> parse_power_action(std::string_view text) {
    return model::parse_word(kActions, "power action", text);
}

}  // namespace dim::power
