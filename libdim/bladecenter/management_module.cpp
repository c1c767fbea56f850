#include "libdim/bladecenter/management_module.hpp"

#include "libdim/base/text.hpp"
#include "libdim/bladecenter/module_text.hpp"
#include "libdim/bladecenter/objects.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dim::bladecenter {

namespace {

using snmp::ObjectId;
using snmp::Value;
using Values = std::vector<std::optional<Value>>;

constexpr std::size_t kEventsLimit = 5000;
constexpr std::size_t kNameLimit = 15;
constexpr std::uint32_t kBlowerCount = 4;
constexpr std::array<std::uint32_t, 8> kMacColumns{2, 3, 4, 5, 10, 11, 12, 13};

constexpr std::uint32_t kBootSlots = std::tuple_size_v<BootSequence>;

ObjectId boot_slot(Bay bay, std::uint32_t slot) {
    constexpr std::uint32_t kFirstColumn = 7;
    return objects::kBootSequence.below({kFirstColumn + slot, bay.number()});
}

/// The objects of one request and what the module says of them.
class Question {
public:
    void add(ObjectId object) { objects_.push_back(std::move(object)); }
    Result<void> ask(snmp::Session& session) {
        DIM_TRY(values_, session.get(objects_));
        return {};
    }

    /// Errors: not_found when the module has no such object; invalid_input for another type.
    Result<std::int32_t> number(const ObjectId& object) const {
        DIM_TRY(const Value* value, present(object));
        return snmp::integer_of(object, *value);
    }
    Result<std::string> text(const ObjectId& object) const {
        DIM_TRY(const Value* value, present(object));
        return snmp::octets_of(object, *value);
    }
    /// Nothing when the module has no such object.
    const Value* find(const ObjectId& object) const {
        const auto found = std::ranges::find(objects_, object);
        if (found == objects_.end()) return nullptr;
        const auto& value = values_[static_cast<std::size_t>(found - objects_.begin())];
        return value ? &*value : nullptr;
    }
    /// As text(), empty when the module has no such object.
    Result<std::string> text_or_nothing(const ObjectId& object) const {
        return find(object) == nullptr ? Result<std::string>("Not Available") : text(object);
    }

private:
    Result<const Value*> present(const ObjectId& object) const {
        if (const Value* value = find(object)) return value;
        return fail(ErrorCode::not_found,
                    "the management module has no object " + to_string(object));
    }

    std::vector<ObjectId> objects_;
    Values values_;
};

std::optional<model::BladeType> type_of(const std::string& machine_type) {
    if (machine_type == "8842") return model::BladeType::js20;
    if (machine_type == "8844") return model::BladeType::js21;
    return std::nullopt;
}

Result<void> check_management_module(const Question& question) {
    const Value* const system = question.find(objects::kSystemObjectId);
    const auto* const id = system == nullptr ? nullptr : std::get_if<ObjectId>(system);
    if (id != nullptr && *id == objects::kManagementModule) return {};
    return fail(Error(ErrorCode::conflict,
                      "what answers is no management module of a BladeCenter, but " +
                          (id == nullptr ? std::string("says not what it is") : to_string(*id)))
                    .with_cure("check the address: nothing was changed"));
}

std::unexpected<Error> in_doubt(Bay bay, const std::string& why) {
    return fail(
        Error(ErrorCode::conflict, "bay " + to_string(bay) + " is not known without doubt: " + why)
            .with_cure("no command was sent; try again when the module has taken its inventory"));
}

Result<bool> exists(const Question& question, Bay bay) {
    DIM_TRY(const std::int32_t number, question.number(objects::kExists.below({bay.number()})));
    if (number == 0 || number == 1) return number == 1;
    return fail(ErrorCode::invalid_input, "bladeExists is " + std::to_string(number));
}

void add_bay(Question& question, Bay bay) {
    for (const ObjectId& object :
         {objects::kExists, objects::kPowerState, objects::kHealth, objects::kName, objects::kLed,
          objects::kSerial, objects::kMachineType, objects::kUuid, objects::kMachineModel})
        question.add(object.below({bay.number()}));
    for (const std::uint32_t column : kMacColumns)
        question.add(objects::kMacs.below({column, bay.number()}));
}

Result<std::vector<model::MacAddress>> macs_of(const Question& question, Bay bay) {
    std::vector<model::MacAddress> macs;
    for (const std::uint32_t column : kMacColumns) {
        DIM_TRY(const auto text,
                question.text_or_nothing(objects::kMacs.below({column, bay.number()})));
        DIM_TRY(const auto some, parse_mac_text(text));
        for (const auto& mac : some)
            if (std::ranges::find(macs, mac) == macs.end()) macs.push_back(mac);
    }
    return macs;
}

Result<std::optional<Blade>> blade_of(const Question& question, Bay bay) {
    DIM_TRY(const bool is_there, exists(question, bay));
    if (!is_there) return std::optional<Blade>();
    const auto number = [&](const ObjectId& object) {
        return question.number(object.below({bay.number()}));
    };
    const auto text = [&](const ObjectId& object) {
        return question.text_or_nothing(object.below({bay.number()}));
    };
    Blade blade;
    DIM_TRY(const auto power, number(objects::kPowerState));
    DIM_TRY(blade.power, power_state_of(power));
    DIM_TRY(const auto health, number(objects::kHealth));
    DIM_TRY(blade.health, health_of(health));
    DIM_TRY(const auto led, number(objects::kLed));
    DIM_TRY(blade.led, led_of(led));
    DIM_TRY(const auto name, text(objects::kName));
    DIM_TRY(const auto serial, text(objects::kSerial));
    DIM_TRY(const auto machine_type, text(objects::kMachineType));
    DIM_TRY(const auto machine_model, text(objects::kMachineModel));
    DIM_TRY(const auto uuid, text(objects::kUuid));
    DIM_TRY(blade.uuid, parse_uuid(uuid));
    DIM_TRY(blade.macs, macs_of(question, bay));
    blade.name = product_text(name);
    blade.serial = product_text(serial);
    blade.machine_type = product_text(machine_type);
    blade.machine_model = product_text(machine_model);
    blade.type = type_of(blade.machine_type);
    return blade;
}

/// Errors: not_found for a bay that is empty or that the chassis has not, conflict for one in
/// doubt.
Result<PowerState> power_of(const Question& question, Bay bay) {
    DIM_TRY(const std::int32_t supported, question.number(objects::kBaysSupported));
    if (supported < 1 || bay.number() > static_cast<std::uint32_t>(supported)) {
        return fail(ErrorCode::not_found, "the chassis has no bay " + to_string(bay) + " but " +
                                              std::to_string(supported));
    }
    DIM_TRY(const std::string map, question.text(objects::kBaysInstalled));
    DIM_TRY(const std::vector<bool> installed, parse_bay_map(map));
    if (installed.size() < bay.number()) return in_doubt(bay, "the map of bays ends before it");
    DIM_TRY(const bool is_there, exists(question, bay));
    if (is_there != installed[bay.number() - 1])
        return in_doubt(bay, "bladeExists and the map of bays contradict each other");
    if (!is_there) {
        return fail(Error(ErrorCode::not_found, "bay " + to_string(bay) + " is empty")
                        .with_cure("'dim bcadmin --mm ADDRESS inventory' shows what is where; a "
                                   "blade of double width counts as its first bay"));
    }
    DIM_TRY(const std::int32_t state, question.number(objects::kPowerState.below({bay.number()})));
    return power_state_of(state);
}

/// powerOnOffBlade has no number for a reset, which is restartBlade.
std::optional<std::int32_t> number_of(power::PowerCommand command) {
    switch (command) {
        case power::PowerCommand::off: return 0;
        case power::PowerCommand::on: return 1;
        case power::PowerCommand::soft_off: return 2;
        case power::PowerCommand::reset: return std::nullopt;
    }
    std::unreachable();
}

}  // namespace

Result<ChassisReport> ManagementModule::chassis() {
    Question question;
    for (const ObjectId& object :
         {objects::kSystemObjectId, objects::kBaysSupported, objects::kBaysInstalled,
          objects::kChassisType, objects::kChassisModel, objects::kChassisSerial,
          objects::kChassisUuid, objects::kChassisName, objects::kChassisHealth})
        question.add(object);
    DIM_CHECK(question.ask(session_));
    DIM_CHECK(check_management_module(question));
    ChassisReport report;
    DIM_TRY(report.bays, question.number(objects::kBaysSupported));
    DIM_TRY(const auto installed, question.text(objects::kBaysInstalled));
    DIM_TRY(report.installed, parse_bay_map(installed));
    DIM_TRY(const auto type, question.text_or_nothing(objects::kChassisType));
    DIM_TRY(const auto machine_model, question.text_or_nothing(objects::kChassisModel));
    DIM_TRY(const auto serial, question.text_or_nothing(objects::kChassisSerial));
    DIM_TRY(const auto name, question.text_or_nothing(objects::kChassisName));
    DIM_TRY(const auto uuid, question.text_or_nothing(objects::kChassisUuid));
    DIM_TRY(report.uuid, parse_uuid(uuid));
    DIM_TRY(const auto health, question.number(objects::kChassisHealth));
    DIM_TRY(report.health, chassis_health_of(health));
    report.machine_type = product_text(type);
    report.machine_model = product_text(machine_model);
    report.serial = product_text(serial);
    report.name = product_text(name);
    return report;
}

Result<Vitals> ManagementModule::vitals() {
    Question question;
    question.add(objects::kModuleTemperature);
    question.add(objects::kAmbientTemperature);
    for (std::uint32_t blower = 1; blower <= kBlowerCount; ++blower)
        question.add(objects::kBlowers.below({blower, 0}));
    DIM_CHECK(question.ask(session_));
    Vitals vitals;
    DIM_TRY(const auto module, question.text_or_nothing(objects::kModuleTemperature));
    DIM_TRY(vitals.module, parse_temperature(module));
    DIM_TRY(const auto ambient, question.text_or_nothing(objects::kAmbientTemperature));
    DIM_TRY(vitals.ambient, parse_temperature(ambient));
    for (std::uint32_t blower = 1; blower <= kBlowerCount; ++blower) {
        const ObjectId object = objects::kBlowers.below({blower, 0});
        if (question.find(object) == nullptr) break;
        DIM_TRY(const auto text, question.text(object));
        DIM_TRY(const auto speed, parse_blower_speed(text));
        vitals.blowers.push_back(speed);
    }
    return vitals;
}

Result<std::vector<EventLogEntry>> ManagementModule::event_log() {
    DIM_TRY(const auto lines, session_.walk(objects::kEventLog, kEventsLimit));
    std::vector<EventLogEntry> entries;
    for (const snmp::Binding& line : lines) {
        DIM_TRY(const auto text, snmp::octets_of(line.object, line.value));
        DIM_TRY(auto entry, parse_event_log_entry(text));
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::vector<BayReport>> ManagementModule::bays(const std::vector<Bay>& bays) {
    Question question;
    question.add(objects::kSystemObjectId);
    for (const Bay bay : bays)
        add_bay(question, bay);
    DIM_CHECK(question.ask(session_));
    DIM_CHECK(check_management_module(question));
    std::vector<BayReport> reports;
    for (const Bay bay : bays)
        reports.push_back({bay, blade_of(question, bay)});
    return reports;
}

Result<std::vector<Result<PowerState>>>
ManagementModule::power_states(const std::vector<Bay>& bays) {
    Question question;
    for (const ObjectId& object :
         {objects::kSystemObjectId, objects::kBaysSupported, objects::kBaysInstalled})
        question.add(object);
    for (const Bay bay : bays)
        for (const ObjectId& object : {objects::kExists, objects::kPowerState})
            question.add(object.below({bay.number()}));
    DIM_CHECK(question.ask(session_));
    DIM_CHECK(check_management_module(question));
    std::vector<Result<PowerState>> states;
    for (const Bay bay : bays)
        states.push_back(power_of(question, bay));
    return states;
}

Result<PowerState> ManagementModule::identify(Bay bay) {
    DIM_TRY(auto states, power_states({bay}));
    return std::move(states.front());
}

Result<PowerState> ManagementModule::power_state(Bay bay) { return identify(bay); }

Result<void> ManagementModule::send_power(Bay bay, power::PowerCommand command) {
    DIM_CHECK(identify(bay));
    if (const auto number = number_of(command))
        return session_.set(objects::kPowerOnOff.below({bay.number()}), *number);
    return session_.set_once(objects::kRestart.below({bay.number()}), std::int32_t{1});
}

Result<void> ManagementModule::send_nmi(Bay bay) {
    DIM_TRY(const PowerState state, identify(bay));
    if (state != PowerState::on)
        return fail(ErrorCode::conflict, "bay " + to_string(bay) + " is " +
                                             std::string(to_string(state)) +
                                             ", so it takes no interrupt");
    return session_.set_once(objects::kNmi.below({bay.number()}), std::int32_t{1});
}

Result<BootSequence> ManagementModule::boot_sequence(Bay bay) {
    DIM_CHECK(identify(bay));
    Question question;
    for (std::uint32_t slot = 0; slot < kBootSlots; ++slot)
        question.add(boot_slot(bay, slot));
    DIM_CHECK(question.ask(session_));
    BootSequence sequence{};
    for (std::uint32_t slot = 0; slot < kBootSlots; ++slot) {
        DIM_TRY(const std::int32_t number, question.number(boot_slot(bay, slot)));
        DIM_TRY(sequence.at(slot), boot_device_of(number));
    }
    return sequence;
}

Result<void> ManagementModule::set_boot_sequence(Bay bay, const BootSequence& sequence) {
    DIM_CHECK(identify(bay));
    const auto write = [&](std::uint32_t slot) {
        return session_.set(boot_slot(bay, slot), static_cast<std::int32_t>(sequence.at(slot)));
    };
    const auto is_end = [&](std::uint32_t slot) { return sequence.at(slot) == BootDevice::none; };
    for (std::uint32_t slot = kBootSlots; slot-- > 0;)
        if (is_end(slot)) DIM_CHECK(write(slot));
    for (std::uint32_t slot = 0; slot < kBootSlots && !is_end(slot); ++slot)
        DIM_CHECK(write(slot));
    DIM_TRY(const BootSequence written, boot_sequence(bay));
    if (written == sequence) return {};
    return fail(ErrorCode::conflict,
                "bay " + to_string(bay) + " took the boot sequence and has " + to_string(written));
}

Result<std::optional<Sol>> ManagementModule::serial_over_lan(Bay bay) {
    DIM_CHECK(identify(bay));
    const ObjectId enabled = objects::kSolEnabled.below({bay.number()});
    const ObjectId status = objects::kSolStatus.below({bay.number()});
    Question question;
    question.add(enabled);
    question.add(status);
    DIM_CHECK(question.ask(session_));
    DIM_TRY(const std::int32_t is_enabled, question.number(enabled));
    if (is_enabled == 0) return std::nullopt;
    DIM_TRY(const std::int32_t number, question.number(status));
    DIM_TRY(const Sol sol, sol_of(number));
    return sol;
}

Result<void> ManagementModule::allow_serial_over_lan(Bay bay, bool is_allowed) {
    DIM_CHECK(identify(bay));
    return session_.set(objects::kSolEnabled.below({bay.number()}),
                        std::int32_t{is_allowed ? 1 : 0});
}

Result<void> ManagementModule::clear_event_log() {
    DIM_CHECK(chassis());
    return session_.set(objects::kClearEventLog, std::int32_t{1});
}

Result<void> ManagementModule::reset_module() {
    DIM_CHECK(chassis());
    return session_.set_once(objects::kResetModule, std::int32_t{1});
}

Result<void> ManagementModule::set_name(Bay bay, const std::string& name) {
    if (name.empty() || name.size() > kNameLimit || printable(name, kNameLimit) != name) {
        return fail(ErrorCode::invalid_input, "'" + printable(name, 40) +
                                                  "' is no name of a blade: 1 to 15 printable "
                                                  "ASCII characters");
    }
    DIM_CHECK(identify(bay));
    return session_.set(objects::kNameToWrite.below({bay.number()}), name);
}

Result<void> ManagementModule::set_led(Bay bay, Led led) {
    DIM_CHECK(identify(bay));
    return session_.set(objects::kLed.below({bay.number()}), static_cast<std::int32_t>(led));
}

}  // namespace dim::bladecenter
