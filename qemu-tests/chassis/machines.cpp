#include "qemu-tests/chassis/machines.hpp"

#include <utility>

namespace dim::chassis {

namespace {

/// Nothing when none has come, or none will.
std::string receive_some(const Descriptor& socket) {
    std::array<char, 65536> buffer{};
    const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

}  // namespace

Machines::Machines(Loop& loop, Chassis& chassis, Chassis::Listener listener)
    : loop_(loop), chassis_(chassis), listener_(std::move(listener)) {
    for (int bay = 1; bay <= kBays; ++bay) {
        of(bay).console = std::make_unique<BayConsole>(loop, bay);
        of(bay).console->imitate();
    }
    chassis.set_hardware(*this);
}

bool Machines::give(int bay, Machine machine) {
    if (!machine.console.empty() && !of(bay).console->listen_at(machine.console)) return false;
    of(bay).machine = std::move(machine);
    return true;
}

bool Machines::has_machine(int bay) const {
    return slots_.at(static_cast<std::size_t>(bay - 1)).machine.has_value();
}

void Machines::obey(int bay, const Blade& /*blade*/, PowerCommand command) {
    const bool runs = of(bay).process.has_value();
    switch (command) {
        case PowerCommand::on:
            if (!runs && start(bay)) chassis_.note_power(bay, true, "Blade powered on.");
            break;
        case PowerCommand::off:
            if (!runs) break;
            stop(bay);
            chassis_.note_power(bay, false, "Blade powered off.");
            break;
        case PowerCommand::soft_off: tell(bay, "system_powerdown"); break;
        case PowerCommand::restart:
            if (runs) {
                tell(bay, "system_reset");
            } else if (start(bay)) {
                chassis_.note_restart(bay);
            }
            break;
        case PowerCommand::nmi: tell(bay, "inject-nmi"); break;
    }
}

void Machines::pull_out(int bay) { stop(bay); }

bool Machines::start(int bay) {
    Slot& slot = of(bay);
    auto started =
        MachineProcess::start(command_of(*slot.machine, *chassis_.at(bay)), slot.machine->log);
    if (!started) {
        listener_("failed bay=" + std::to_string(bay));
        return false;
    }
    slot.process.emplace(*std::move(started));
    slot.monitor = {};
    slot.has_typed = false;
    slot.starts_again = false;
    slot.console->set_machine(&slot.process->console());
    loop_.watch(slot.process->console().get(), [this, bay] {
        // Of an ended one it could be read for ever.
        if (!read_console(bay)) loop_.forget(of(bay).process->console().get());
    });
    loop_.watch(slot.process->monitor().get(), [this, bay] {
        if (!read_monitor(bay)) loop_.forget(of(bay).process->monitor().get());
    });
    loop_.watch(slot.process->process().get(), [this, bay] { note_end(bay); });
    slot.process->monitor().send(monitor_greeting());
    listener_("machine bay=" + std::to_string(bay) + " pid=" + std::to_string(slot.process->id()));
    return true;
}

void Machines::stop(int bay) {
    Slot& slot = of(bay);
    if (!slot.process) return;
    slot.console->set_machine(nullptr);
    for (const Descriptor* one :
         {&slot.process->console(), &slot.process->monitor(), &slot.process->process()})
        loop_.forget(one->get());
    slot.process.reset();
}

void Machines::tell(int bay, std::string_view command) {
    if (of(bay).process) of(bay).process->monitor().send(monitor_command(command));
}

bool Machines::read_console(int bay) {
    const std::string bytes = receive_some(of(bay).process->console());
    of(bay).console->print(bytes);
    return !bytes.empty();
}

bool Machines::read_monitor(int bay) {
    const std::string bytes = receive_some(of(bay).process->monitor());
    for (const MonitorEvent event : of(bay).monitor.take(bytes))
        see(bay, event);
    return !bytes.empty();
}

void Machines::see(int bay, MonitorEvent event) {
    Slot& slot = of(bay);
    switch (event) {
        case MonitorEvent::runs:
            if (!std::exchange(slot.has_typed, true)) slot.console->type(slot.machine->types);
            break;
        case MonitorEvent::was_reset: chassis_.note_restart(bay); break;
        case MonitorEvent::ends_to_reset: slot.starts_again = true; break;
        case MonitorEvent::ends: break;
        case MonitorEvent::refused: listener_("refused bay=" + std::to_string(bay)); break;
    }
}

void Machines::note_end(int bay) {
    // What it said last.
    while (read_monitor(bay)) {
    }
    while (read_console(bay)) {
    }
    const bool starts_again = of(bay).starts_again;
    stop(bay);
    if (starts_again && start(bay)) {
        chassis_.note_restart(bay);
    } else {
        chassis_.note_power(bay, false, "Blade powered off.");
    }
}

}  // namespace dim::chassis
