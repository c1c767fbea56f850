#include "qemu-tests/chassis/chassis.hpp"

#include <ctime>
#include <utility>

namespace dim::chassis {

namespace {

constexpr int kWarm = 38;  // degrees Celsius
constexpr int kHot = 45;

/// 1.3.6.1.4.1.2.3.51.2 and what follows.
ObjectName mmblade(std::initializer_list<int> parts) {
    ObjectName name{1, 3, 6, 1, 4, 1, 2, 3, 51, 2};
    for (const int part : parts)
        name.push_back(static_cast<std::uint32_t>(part));
    return name;
}

std::string upper(std::string text) {
    for (char& letter : text)
        if (letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
    return text;
}

}  // namespace

Chassis::Chassis(Listener listener) : listener_(std::move(listener)) {
    add_system();
    add_chassis();
    add_vitals();
    add_event_log();
    for (int bay = 1; bay <= kBays; ++bay) {
        add_bay(bay);
        add_bay_commands(bay);
        add_bay_product_data(bay);
    }
    log({.severity = "INFO", .text = "Management Module emulator started."});
}

void Chassis::put(const BayDescription& description) {
    const int bay = description.bay;
    if (at(bay)) {
        if (hardware_ != nullptr) hardware_->pull_out(bay);
        if (watchers_.console_lost) watchers_.console_lost(bay);
    }
    at(bay) = description.blade;
    if (description.blade && description.blade->is_wide) at(bay + 1).reset();
    log({.severity = "INFO",
         .bay = bay,
         .text = description.blade ? "Blade installed." : "Blade removed.",
         .trap = TrapNumber::inventory});
    const bool has_machine = hardware_ != nullptr && hardware_->has_machine(bay);
    if (!has_machine || !at(bay) || !at(bay)->is_on) return;
    at(bay)->is_on = false;  // until its machine is
    hardware_->obey(bay, *at(bay), PowerCommand::on);
}

void Chassis::command(int bay, PowerCommand command) {
    if (!at(bay) || is_stuck_) return;
    if (hardware_ != nullptr && hardware_->has_machine(bay)) {
        hardware_->obey(bay, *at(bay), command);
    } else {
        imitate(bay, command);
    }
    if (command == PowerCommand::nmi) listener_("nmi bay=" + std::to_string(bay));
}

void Chassis::imitate(int bay, PowerCommand command) {
    switch (command) {
        case PowerCommand::off:
        case PowerCommand::soft_off: note_power(bay, false, "Blade powered off."); break;
        case PowerCommand::on: note_power(bay, true, "Blade powered on."); break;
        case PowerCommand::restart: note_restart(bay); break;
        case PowerCommand::nmi: break;
    }
}

void Chassis::note_power(int bay, bool is_on, const std::string& why) {
    at(bay)->is_on = is_on;
    listener_("power bay=" + std::to_string(bay) + (is_on ? " on" : " off"));
    log({.severity = "INFO",
         .bay = bay,
         .text = why,
         .trap = is_on ? TrapNumber::power_on : TrapNumber::power_off});
    if (is_on) {
        log({.severity = "INFO", .bay = bay, .text = "Blade boot.", .trap = TrapNumber::boot});
    } else if (watchers_.console_lost) {
        watchers_.console_lost(bay);
    }
}

void Chassis::note_restart(int bay) {
    at(bay)->is_on = true;
    listener_("restart bay=" + std::to_string(bay));
    listener_("power bay=" + std::to_string(bay) + " on");
    log({.severity = "INFO", .bay = bay, .text = "Blade reboot.", .trap = TrapNumber::boot});
}

void Chassis::log(ChassisEvent event) {
    event.time = std::time(nullptr);
    const bool is_of_blade = event.bay != 0 && at(event.bay);
    event.name = is_of_blade ? at(event.bay)->name : "SN#emulated";
    events_.add(event);
    if (watchers_.event) watchers_.event(event);
}

void Chassis::set_temperature(int degrees) {
    const auto level = [](int value) { return value > kHot ? 2 : value > kWarm ? 1 : 0; };
    const int before = level(std::exchange(temperature_, degrees));
    if (level(degrees) == before) return;
    const std::string text =
        "Ambient temperature is " + std::to_string(degrees) + ".00 Centigrade, ";
    switch (level(degrees)) {
        case 0:
            log({.severity = "INFO",
                 .text = text + "normal.",
                 .trap = TrapNumber::temperature_warning});
            break;
        case 1:
            log({.severity = "WARN",
                 .text = text + "above the warning threshold.",
                 .trap = TrapNumber::temperature_warning});
            break;
        default:
            log({.severity = "ERR",
                 .text = text + "above the critical threshold.",
                 .trap = TrapNumber::temperature_critical});
    }
}

void Chassis::set_sol(int bay, bool is_allowed) {
    at(bay)->has_sol = is_allowed;
    if (!is_allowed && watchers_.console_lost) watchers_.console_lost(bay);
}

void Chassis::add_number(ObjectName name, int value) {
    objects_[std::move(name)] = {.read = [value] { return value; }};
}

void Chassis::add_text(ObjectName name, std::string value) {
    objects_[std::move(name)] = {.read = [value = std::move(value)] { return value; }};
}

void Chassis::add_of_blade(ObjectName name, int bay, std::function<ObjectValue(const Blade&)> read,
                           const ObjectValue& without) {
    objects_[std::move(name)] = {.read = [this, bay, read = std::move(read), without] {
        return at(bay) ? read(*at(bay)) : without;
    }};
}

void Chassis::add_command(ObjectName name, int bay, int maximum,
                          std::function<void(Blade&, int)> command) {
    objects_[std::move(name)] = {
        .read = [] { return 0; },
        .write =
            [this, bay, maximum, command = std::move(command)](const ObjectValue& value,
                                                               bool try_only) {
                const int* const number = std::get_if<int>(&value);
                if (number == nullptr || *number < 0 || *number > maximum || !at(bay)) return false;
                if (!try_only && !is_stuck_) command(*at(bay), *number);
                return true;
            }};
}

void Chassis::add_system() {
    const ObjectName system{1, 3, 6, 1, 2, 1, 1};
    const auto scalar = [&](std::uint32_t number) {
        ObjectName name = system;
        name.push_back(number);
        name.push_back(0);
        return name;
    };
    add_text(scalar(1), "BladeCenter Management Module (emulated)");
    objects_[scalar(2)] = {.read = [] { return ObjectName{1, 3, 6, 1, 4, 1, 2, 6, 158, 3}; }};
    add_text(scalar(5), "MM00096BCA0001");
}

void Chassis::add_chassis() {
    add_text(mmblade({2, 21, 1, 1, 1, 0}), "8677");
    add_text(mmblade({2, 21, 1, 1, 2, 0}), "3XG");
    add_text(mmblade({2, 21, 1, 1, 3, 0}), "KPEMU01");
    add_text(mmblade({2, 21, 1, 1, 4, 0}), "8EE0 8B80 1C02 11B2 8000 F0C3 B9E6 0001 ");
    add_identity();
    add_number(mmblade({2, 7, 1, 0}), 255);
    add_number(mmblade({22, 4, 19, 0}), kBays);
    objects_[mmblade({22, 4, 25, 0})] = {.read = [this] {
        std::string map;
        for (const auto& blade : bays_)
            map += blade ? '1' : '0';
        return map;
    }};
    objects_[mmblade({7, 4, 0})] = {.read = [] { return 0; },
                                    .write =
                                        [this](const ObjectValue& value, bool try_only) {
                                            if (value != ObjectValue(1)) return false;
                                            if (!try_only) {
                                                listener_("reset module");
                                                if (watchers_.reset) watchers_.reset();
                                            }
                                            return true;
                                        }};
    add_number(mmblade({22, 5, 1, 1, 4, 1}), 1);
    add_number(mmblade({22, 5, 1, 1, 4, 2}), 0);
}

void Chassis::add_identity() {
    objects_[mmblade({4, 5, 1, 0})] = {.read = [this] { return name_; },
                                       .write =
                                           [this](const ObjectValue& value, bool try_only) {
                                               const auto* const name =
                                                   std::get_if<std::string>(&value);
                                               if (name == nullptr || name->size() > 16)
                                                   return false;
                                               if (!try_only) name_ = *name;
                                               return true;
                                           }};
    objects_[mmblade({2, 8, 1, 1, 4, 0})] = {.read = [this] { return led_; },
                                             .write =
                                                 [this](const ObjectValue& value, bool try_only) {
                                                     const auto* const led =
                                                         std::get_if<int>(&value);
                                                     if (led == nullptr || *led < 0 || *led > 2)
                                                         return false;
                                                     if (!try_only) led_ = *led;
                                                     return true;
                                                 }};
}

void Chassis::add_vitals() {
    add_text(mmblade({2, 1, 1, 2, 0}), "31.00 Centigrade");
    objects_[mmblade({2, 1, 5, 1, 0})] = {
        .read = [this] { return std::to_string(temperature_) + ".00 Centigrade"; }};
    for (const int blower : {1, 2}) {
        add_text(mmblade({2, 3, blower, 0}), "    46% of maximum");
        add_number(mmblade({2, 3, 9 + blower, 0}), 1);
    }
    for (const int module : {1, 2, 3, 4}) {
        const bool is_there = module <= 2;
        add_number(mmblade({2, 4, 1, 1, 1, module}), module);
        add_number(mmblade({2, 4, 1, 1, 2, module}), is_there ? 1 : 0);
        add_number(mmblade({2, 4, 1, 1, 3, module}), is_there ? 1 : 3);
        add_text(mmblade({2, 4, 1, 1, 4, module}),
                 is_there ? "Power module state okay." : "Power module is not present.");
    }
}

void Chassis::add_event_log() {
    objects_[mmblade({3, 4, 3, 0})] = {.read = [] { return 0; },
                                       .write =
                                           [this](const ObjectValue& value, bool try_only) {
                                               if (value != ObjectValue(1)) return false;
                                               if (!try_only) events_.clear();
                                               return true;
                                           }};
    for (std::size_t line = 1; line <= EventLog::kKept; ++line) {
        objects_[mmblade({3, 4, 2, 1, 2, static_cast<int>(line)})] = {
            .read = [this, line]() -> std::optional<ObjectValue> { return events_.line(line); }};
    }
}

void Chassis::add_bay(int bay) {
    add_of_blade(mmblade({22, 1, 5, 1, 1, 3, bay}), bay, [](const Blade&) { return 1; }, 0);
    add_of_blade(
        mmblade({22, 1, 5, 1, 1, 4, bay}), bay,
        [](const Blade& blade) { return blade.is_on ? 1 : 0; }, 0);
    add_of_blade(
        mmblade({22, 1, 5, 1, 1, 5, bay}), bay, [](const Blade& blade) { return blade.health; }, 0);
    add_of_blade(
        mmblade({22, 1, 5, 1, 1, 6, bay}), bay, [](const Blade& blade) { return blade.name; },
        std::string("(No name)"));
    const ObjectName name = mmblade({22, 1, 7, 1, 1, 5, bay});
    add_of_blade(
        name, bay, [](const Blade& blade) { return blade.name; }, std::string("(No name)"));
    objects_[name].write = [this, bay](const ObjectValue& value, bool try_only) {
        const auto* const text = std::get_if<std::string>(&value);
        if (text == nullptr || text->size() > 15 || !at(bay)) return false;
        if (!try_only) at(bay)->name = *text;
        return true;
    };
    for (std::size_t slot = 0; slot < 4; ++slot) {
        const ObjectName place = mmblade({22, 1, 3, 1, static_cast<int>(7 + slot), bay});
        add_of_blade(
            place, bay, [slot](const Blade& blade) { return blade.boot_sequence.at(slot); }, 255);
        objects_[place].write = [this, bay, slot](const ObjectValue& value, bool try_only) {
            const int* const device = std::get_if<int>(&value);
            if (device == nullptr || *device < 0 || *device > 8 || !at(bay)) return false;
            auto& sequence = at(bay)->boot_sequence;
            // None may not precede a device.
            if (*device != 0 && slot > 0 && sequence.at(slot - 1) == 0) return false;
            if (*device == 0 && slot < 3 && sequence.at(slot + 1) != 0) return false;
            if (!try_only) sequence.at(slot) = *device;
            return true;
        };
    }
}

void Chassis::add_bay_commands(int bay) {
    add_command(mmblade({22, 1, 6, 1, 1, 7, bay}), bay, 2, [this, bay](Blade&, int number) {
        command(bay, number == 0   ? PowerCommand::off
                     : number == 1 ? PowerCommand::on
                                   : PowerCommand::soft_off);
    });
    add_command(mmblade({22, 1, 6, 1, 1, 8, bay}), bay, 1, [this, bay](Blade&, int number) {
        if (number == 1) command(bay, PowerCommand::restart);
    });
    add_command(mmblade({22, 1, 6, 1, 1, 10, bay}), bay, 1, [this, bay](Blade&, int number) {
        if (number == 1) command(bay, PowerCommand::nmi);
    });
    const ObjectName sol = mmblade({4, 10, 2, 1, 1, 3, bay});
    add_command(sol, bay, 1, [this, bay](Blade&, int number) { set_sol(bay, number == 1); });
    objects_[sol].read = [this, bay] { return at(bay) && at(bay)->has_sol ? 1 : 0; };
    add_of_blade(
        mmblade({4, 10, 2, 1, 1, 5, bay}), bay,
        [](const Blade& blade) { return static_cast<int>(sol_state_of(blade)); }, 0);
    const ObjectName led = mmblade({2, 8, 2, 1, 1, 11, bay});
    add_command(led, bay, 2, [](Blade& blade, int number) { blade.led = number; });
    objects_[led].read = [this, bay] { return at(bay) ? at(bay)->led : 0; };
}

void Chassis::add_bay_product_data(int bay) {
    const std::string none = "Not Installed";
    const auto add = [&](std::initializer_list<int> place,
                         std::function<ObjectValue(const Blade&)> read) {
        ObjectName name = mmblade(place);
        name.push_back(static_cast<std::uint32_t>(bay));
        add_of_blade(std::move(name), bay, std::move(read), none);
    };
    const std::string number = std::to_string(100 + bay);
    add({2, 21, 4, 1, 1, 6}, [=](const Blade&) { return "ZJ1R" + number; });
    add({2, 21, 4, 1, 1, 7},
        [](const Blade& blade) { return blade.kind == BladeKind::js20 ? "8842" : "8844"; });
    add({2, 21, 4, 1, 1, 8},
        [=](const Blade&) { return "0001 0203 0405 0607 0809 0A0B 0C0D 0" + number + " "; });
    add({2, 21, 4, 1, 1, 12},
        [](const Blade& blade) { return blade.kind == BladeKind::js20 ? "21X" : "31X"; });
    for (int port = 0; port < 4; ++port) {
        add({2, 21, 4, 2, 1, 2 + port}, [port](const Blade& blade) -> ObjectValue {
            if (blade.is_range && port == 0)
                return upper(mac_text(blade, 0)) + " -> " + upper(mac_text(blade, 1));
            if (blade.is_range || port > 1) return std::string("Not Available");
            return mac_text(blade, port);
        });
        add({2, 21, 4, 2, 1, 10 + port}, [](const Blade&) { return std::string("Not Available"); });
    }
}

}  // namespace dim::chassis
