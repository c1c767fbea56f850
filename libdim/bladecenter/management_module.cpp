#include "libdim/bladecenter/management_module.hpp"

#include "libdim/base/text.hpp"
#include "libdim/bladecenter/module_text.hpp"
#include "libdim/bladecenter/objects.hpp"
#include "libdim/bladecenter/question.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace dim::bladecenter {

namespace {

using snmp::ObjectId;
using snmp::Value;

constexpr std::size_t kEventsLimit = 5000;
constexpr std::size_t kNameLimit = 15;
constexpr std::size_t kChassisNameLimit = 16;
constexpr const char* kSilent = "does not answer";
constexpr auto kLedTime = std::chrono::seconds(120);
constexpr std::array<std::uint32_t, 8> kMacColumns{2, 3, 4, 5, 10, 11, 12, 13};

constexpr std::uint32_t kBootSlots = std::tuple_size_v<BootSequence>;

ObjectId boot_slot(Bay bay, std::uint32_t slot) {
    constexpr std::uint32_t kFirstColumn = 7;
    return objects::kBootSequence.below({kFirstColumn + slot, bay.number()});
}

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
         {objects::kExists, objects::kPowerState, objects::kHealth, objects::kName,
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

Result<void> check_name(const std::string& name, std::size_t limit, const char* of) {
    if (!name.empty() && name.size() <= limit && printable(name, limit) == name) return {};
    return fail(ErrorCode::invalid_input, "'" + printable(name, 40) + "' is no name of " + of +
                                              ": 1 to " + std::to_string(limit) +
                                              " printable ASCII characters");
}

/// Gives a session the time that a module with many blades takes for its table of LEDs.
class SlowTable {
public:
    explicit SlowTable(snmp::Session& session)
        : session_(session), before_(session.set_timeout(kLedTime)) {}
    ~SlowTable() { session_.set_timeout(before_); }
    SlowTable(const SlowTable&) = delete;
    SlowTable& operator=(const SlowTable&) = delete;

private:
    snmp::Session& session_;
    std::chrono::milliseconds before_;
};

std::string remark_of(const std::string& partner, const std::string& why) {
    return "by " + partner + ": the first module " + why;
}

}  // namespace

bool is_silence(const Error& error) {
    return error.code() == ErrorCode::timed_out || error.code() == ErrorCode::unavailable;
}

Error neither_answers(Error first, const std::string& partner, const Error& of_partner) {
    if (is_silence(of_partner))
        return std::move(first).with_context("neither it nor its partner " + partner + " answers");
    return std::move(first).with_context("it does not answer, and its partner " + partner +
                                         " cannot be asked (" + of_partner.message() + ")");
}

ManagementModule ManagementModule::of_partner(snmp::Session session, const std::string& name) {
    ManagementModule module(std::move(session));
    module.remark_ = remark_of(name, kSilent);
    return module;
}

Result<void> ManagementModule::ask(Question& question) {
    if (!partner_) return question.ask(session_);
    const auto primary = objects::kPrimary.below({partner_->our_bay.value_or(0)});
    if (partner_->our_bay) question.add(primary);
    standby_.reset();
    auto asked = question.ask(session_);
    if (!asked && !is_silence(asked.error())) return asked;
    if (asked) {
        const Value* const told = partner_->our_bay ? question.find(primary) : nullptr;
        const auto* const number = told == nullptr ? nullptr : std::get_if<std::int32_t>(told);
        if (number == nullptr || *number != 0) return {};
    }
    const std::string why = asked ? "is the standby" : kSilent;
    auto session = partner_->open();
    // With version 1 only the question finds out whether somebody is there.
    auto of_partner = session ? question.ask(*session) : Result<void>(fail(session.error()));
    const bool is_there = of_partner || (session && !is_silence(of_partner.error()));
    if (!is_there && asked) {
        standby_ = std::move(of_partner).error();
        return {};
    }
    if (!is_there)
        return fail(neither_answers(std::move(asked).error(), partner_->name, of_partner.error()));
    session_ = *std::move(session);
    remark_ = remark_of(partner_->name, why);
    partner_.reset();
    return of_partner;
}

Result<void> ManagementModule::check_commandable() const {
    if (!standby_) return {};
    return fail(
        Error(standby_->code(), "the module is the standby, and its partner " + partner_->name +
                                    " cannot be asked: " + standby_->message())
            .with_cure("nothing was sent: the standby does not switch; see to the partner"));
}

Result<void> ManagementModule::set(const ObjectId& object, const Value& value) {
    DIM_CHECK(check_commandable());
    return session_.set(object, value);
}

Result<void> ManagementModule::set_once(const ObjectId& object, const Value& value) {
    DIM_CHECK(check_commandable());
    return session_.set_once(object, value);
}

Result<ChassisReport> ManagementModule::chassis() {
    Question question;
    for (const ObjectId& object :
         {objects::kSystemObjectId, objects::kBaysSupported, objects::kBaysInstalled,
          objects::kChassisType, objects::kChassisModel, objects::kChassisSerial,
          objects::kChassisUuid, objects::kChassisName, objects::kChassisHealth})
        question.add(object);
    DIM_CHECK(ask(question));
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
    add_vitals(question);
    DIM_CHECK(ask(question));
    return vitals_of(question);
}

Result<std::vector<EventLogEntry>> ManagementModule::event_log() {
    if (partner_) DIM_CHECK(chassis());  // decides which of them is asked
    DIM_TRY(const auto lines, session_.walk(objects::kEventLog, kEventsLimit));
    std::vector<EventLogEntry> entries;
    for (const snmp::Binding& line : lines) {
        DIM_TRY(const auto text, snmp::octets_of(line.object, line.value));
        DIM_TRY(auto entry, parse_event_log_entry(text));
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<std::vector<BayReport>> ManagementModule::bays_with_leds(const std::vector<Bay>& asked) {
    DIM_TRY(auto reports, bays(asked));
    DIM_CHECK(add_leds(reports));
    return reports;
}

Result<std::vector<BayReport>> ManagementModule::bays(const std::vector<Bay>& bays) {
    Question question;
    question.add(objects::kSystemObjectId);
    for (const Bay bay : bays)
        add_bay(question, bay);
    DIM_CHECK(ask(question));
    DIM_CHECK(check_management_module(question));
    std::vector<BayReport> reports;
    for (const Bay bay : bays)
        reports.push_back({bay, blade_of(question, bay)});
    return reports;
}

Result<void> ManagementModule::add_leds(std::vector<BayReport>& reports) {
    Question question;
    for (const BayReport& report : reports)
        if (report.blade && *report.blade) question.add(objects::kLed.below({report.bay.number()}));
    {
        const SlowTable patience(session_);
        DIM_CHECK(question.ask(session_));
    }
    for (BayReport& report : reports) {
        if (!report.blade || !*report.blade) continue;
        const auto number = question.number(objects::kLed.below({report.bay.number()}));
        const auto led = number ? led_of(*number) : Result<Led>(fail(number.error()));
        if (led) {
            (*report.blade)->led = *led;
        } else {
            report.blade = fail(led.error());
        }
    }
    return {};
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
    DIM_CHECK(ask(question));
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
        return set(objects::kPowerOnOff.below({bay.number()}), *number);
    return set_once(objects::kRestart.below({bay.number()}), std::int32_t{1});
}

Result<void> ManagementModule::send_nmi(Bay bay) {
    DIM_TRY(const PowerState state, identify(bay));
    if (state != PowerState::on)
        return fail(ErrorCode::conflict, "bay " + to_string(bay) + " is " +
                                             std::string(to_string(state)) +
                                             ", so it takes no interrupt");
    return set_once(objects::kNmi.below({bay.number()}), std::int32_t{1});
}

Result<BootSequence> ManagementModule::boot_sequence(Bay bay) {
    DIM_CHECK(identify(bay));
    Question question;
    for (std::uint32_t slot = 0; slot < kBootSlots; ++slot)
        question.add(boot_slot(bay, slot));
    DIM_CHECK(ask(question));
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
        return set(boot_slot(bay, slot), static_cast<std::int32_t>(sequence.at(slot)));
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
    DIM_CHECK(ask(question));
    DIM_TRY(const std::int32_t is_enabled, question.number(enabled));
    if (is_enabled == 0) return std::nullopt;
    DIM_TRY(const std::int32_t number, question.number(status));
    DIM_TRY(const Sol sol, sol_of(number));
    return sol;
}

Result<void> ManagementModule::allow_serial_over_lan(Bay bay, bool is_allowed) {
    DIM_CHECK(identify(bay));
    return set(objects::kSolEnabled.below({bay.number()}), std::int32_t{is_allowed ? 1 : 0});
}

Result<void> ManagementModule::clear_event_log() {
    DIM_CHECK(chassis());
    return set(objects::kClearEventLog, std::int32_t{1});
}

Result<Led> ManagementModule::chassis_led() {
    Question question;
    question.add(objects::kSystemObjectId);
    question.add(objects::kChassisLed);
    DIM_CHECK(ask(question));
    DIM_CHECK(check_management_module(question));
    DIM_TRY(const std::int32_t number, question.number(objects::kChassisLed));
    return led_of(number);
}

Result<void> ManagementModule::set_chassis_led(Led led) {
    DIM_CHECK(chassis_led());
    return set(objects::kChassisLed, static_cast<std::int32_t>(led));
}

Result<void> ManagementModule::set_chassis_name(const std::string& name) {
    DIM_CHECK(check_name(name, kChassisNameLimit, "a chassis"));
    DIM_CHECK(chassis());
    return set(objects::kChassisName, name);
}

Result<void> ManagementModule::reset_module() {
    DIM_CHECK(chassis());
    return set_once(objects::kResetModule, std::int32_t{1});
}

Result<void> ManagementModule::set_name(Bay bay, const std::string& name) {
    DIM_CHECK(check_name(name, kNameLimit, "a blade"));
    DIM_CHECK(identify(bay));
    return set(objects::kNameToWrite.below({bay.number()}), name);
}

Result<void> ManagementModule::set_led(Bay bay, Led led) {
    DIM_CHECK(identify(bay));
    const SlowTable patience(session_);
    return set(objects::kLed.below({bay.number()}), static_cast<std::int32_t>(led));
}

}  // namespace dim::bladecenter
