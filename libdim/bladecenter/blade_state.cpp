#include "libdim/bladecenter/blade_state.hpp"

#include "libdim/model/enum_text.hpp"

namespace dim::bladecenter {

namespace {

constexpr model::EnumWords<PowerState, 4> kPowerStates{{{PowerState::off, "off"},
                                                        {PowerState::on, "on"},
                                                        {PowerState::standby, "standby"},
                                                        {PowerState::hibernate, "hibernate"}}};
constexpr model::EnumWords<Health, 12> kHealths{
    {{Health::unknown, "unknown"},
     {Health::good, "good"},
     {Health::warning, "warning"},
     {Health::critical, "critical"},
     {Health::kernel_mode, "kernel mode"},
     {Health::discovering, "discovering"},
     {Health::communication_error, "communication error"},
     {Health::no_power, "no power"},
     {Health::flashing, "flashing"},
     {Health::initialisation_failure, "initialisation failure"},
     {Health::insufficient_power, "insufficient power"},
     {Health::power_denied, "power denied"}}};
constexpr model::EnumWords<Led, 3> kLeds{
    {{Led::off, "off"}, {Led::on, "on"}, {Led::blinking, "blink"}}};
constexpr model::EnumWords<ChassisHealth, 4> kChassisHealths{
    {{ChassisHealth::critical, "critical"},
     {ChassisHealth::non_critical, "non-critical"},
     {ChassisHealth::system, "system"},
     {ChassisHealth::normal, "normal"}}};

template <class Enum, std::size_t Count>
Result<Enum> enumerator_of(const model::EnumWords<Enum, Count>& words, const char* kind,
                           std::int32_t number) {
    for (const auto& [enumerator, word] : words)
        if (static_cast<std::int32_t>(enumerator) == number) return enumerator;
    return fail(ErrorCode::invalid_input, "the management module tells a " + std::string(kind) +
                                              " that DIM does not know: " + std::to_string(number));
}

}  // namespace

std::string_view to_string(PowerState state) { return model::word_of(kPowerStates, state); }
Result<PowerState> power_state_of(std::int32_t number) {
    return enumerator_of(kPowerStates, "power state", number);
}

std::string_view to_string(Health health) { return model::word_of(kHealths, health); }
Result<Health> health_of(std::int32_t number) { return enumerator_of(kHealths, "health", number); }

std::string_view to_string(Led led) { return model::word_of(kLeds, led); }
Result<Led> led_of(std::int32_t number) { return enumerator_of(kLeds, "state of a LED", number); }
Result<Led> parse_led(std::string_view text) { return model::parse_word(kLeds, "LED state", text); }

std::string_view to_string(ChassisHealth health) { return model::word_of(kChassisHealths, health); }
Result<ChassisHealth> chassis_health_of(std::int32_t number) {
    return enumerator_of(kChassisHealths, "chassis health", number);
}

}  // namespace dim::bladecenter
