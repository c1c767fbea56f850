#include "libdim/bladecenter/blade_state.hpp"

#include "libdim/base/text.hpp"
#include "libdim/model/enum_text.hpp"

#include <algorithm>

namespace dim::bladecenter {

namespace {

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
constexpr model::EnumWords<BootDevice, 10> kBootDevices{{{BootDevice::none, "none"},
                                                         {BootDevice::floppy, "floppy"},
                                                         {BootDevice::cdrom, "cdrom"},
                                                         {BootDevice::hard_disk_0, "hd0"},
                                                         {BootDevice::hard_disk_1, "hd1"},
                                                         {BootDevice::hard_disk_2, "hd2"},
                                                         {BootDevice::hard_disk_3, "hd3"},
                                                         {BootDevice::network, "network"},
                                                         {BootDevice::iscsi, "iscsi"},
                                                         {BootDevice::not_available, "n/a"}}};
constexpr model::EnumWords<Sol, 3> kSols{
    {{Sol::not_ready, "not ready"}, {Sol::ready, "ready"}, {Sol::active, "active"}}};
constexpr model::EnumWords<PartState, 6> kPartStates{{{PartState::unknown, "unknown"},
                                                      {PartState::good, "good"},
                                                      {PartState::warning, "warning"},
                                                      {PartState::bad, "bad"},
                                                      {PartState::not_available, "not available"},
                                                      {PartState::critical, "critical"}}};
constexpr model::EnumWords<ChassisHealth, 4> kChassisHealths{
    {{ChassisHealth::critical, "critical"},
     {ChassisHealth::non_critical, "non-critical"},
     {ChassisHealth::system, "system"},
     {ChassisHealth::normal, "normal"}}};

std::unexpected<Error> unknown_number(const char* kind, std::int32_t number) {
    return fail(ErrorCode::invalid_input, "the management module tells a " + std::string(kind) +
                                              " that DIM does not know: " + std::to_string(number));
}

template <class Enum, std::size_t Count>
Result<Enum> enumerator_of(const model::EnumWords<Enum, Count>& words, const char* kind,
                           std::int32_t number) {
    for (const auto& [enumerator, word] : words)
        if (static_cast<std::int32_t>(enumerator) == number) return enumerator;
    return unknown_number(kind, number);
}

}  // namespace

Result<PowerState> power_state_of(std::int32_t number) {
    switch (number) {
        case 0: return PowerState::off;
        case 1: return PowerState::on;
        case 3: return PowerState::standby;
        case 4: return PowerState::hibernate;
        default: return unknown_number("power state", number);
    }
}

std::string_view to_string(Health health) { return model::word_of(kHealths, health); }
Result<Health> health_of(std::int32_t number) { return enumerator_of(kHealths, "health", number); }

std::string_view to_string(Led led) { return model::word_of(kLeds, led); }
Result<Led> led_of(std::int32_t number) { return enumerator_of(kLeds, "state of a LED", number); }
Result<Led> parse_led(std::string_view text) { return model::parse_word(kLeds, "LED state", text); }

std::string_view to_string(BootDevice device) { return model::word_of(kBootDevices, device); }
Result<BootDevice> boot_device_of(std::int32_t number) {
    return enumerator_of(kBootDevices, "boot device", number);
}

std::string to_string(const BootSequence& sequence) {
    std::string text;
    for (const BootDevice device : sequence) {
        if (device == BootDevice::none) break;
        text.append(text.empty() ? "" : ",").append(to_string(device));
    }
    return text.empty() ? "none" : text;
}

Result<BootSequence> parse_boot_sequence(std::string_view text) {
    const auto wrong = [&](const std::string& why) {
        return fail(Error(ErrorCode::invalid_input,
                          "'" + printable(text, 40) + "' is no boot sequence: " + why)
                        .with_cure("one to four of network, hd0, hd1, hd2, hd3, cdrom, floppy, "
                                   "iscsi, with ',' between them"));
    };
    BootSequence sequence{};
    std::size_t count = 0;
    for (const std::string_view word : split(text, ',')) {
        const auto device = model::parse_word(kBootDevices, "boot device", word);
        if (!device || *device == BootDevice::none || *device == BootDevice::not_available)
            return wrong("there is no device '" + printable(word, 20) + "'");
        if (count == sequence.size()) return wrong("it has more than four devices");
        if (std::ranges::count(sequence, *device) != 0) return wrong("a device stands there twice");
        sequence.at(count++) = *device;
    }
    return sequence;
}

std::string_view to_string(Sol status) { return model::word_of(kSols, status); }
Result<Sol> sol_of(std::int32_t number) {
    return enumerator_of(kSols, "state of serial over LAN", number);
}

std::string_view to_string(PartState state) { return model::word_of(kPartStates, state); }
Result<PartState> blower_state_of(std::int32_t number) {
    if (number >= 0 && number <= 3) return static_cast<PartState>(number);
    return unknown_number("state of a blower", number);
}
Result<PartState> power_module_state_of(std::int32_t number) {
    if (number >= 0 && number <= 2) return static_cast<PartState>(number);
    if (number == 3) return PartState::not_available;
    if (number == 4) return PartState::critical;
    return unknown_number("state of a power module", number);
}

std::string_view to_string(ChassisHealth health) { return model::word_of(kChassisHealths, health); }
Result<ChassisHealth> chassis_health_of(std::int32_t number) {
    return enumerator_of(kChassisHealths, "chassis health", number);
}

}  // namespace dim::bladecenter
