#pragma once

#include "qemu-tests/chassis/bay_console.hpp"
#include "qemu-tests/chassis/chassis.hpp"
#include "qemu-tests/chassis/machine.hpp"
#include "qemu-tests/chassis/machine_process.hpp"
#include "qemu-tests/chassis/monitor.hpp"

#include <array>
#include <memory>
#include <optional>

namespace dim::chassis {

/// The machines that are the blades of bays. Power off pulls the plug; soft off, reset and NMI go
/// through the machine's monitor. A reset of a machine with -no-reboot starts it anew.
class Machines : public Hardware {
public:
    /// LISTENER is told "machine bay=3 pid=4711" of each that starts.
    Machines(Loop& loop, Chassis& chassis, Chassis::Listener listener);

    /// False when its console cannot be. What runs in the bay goes on as it is.
    bool give(int bay, Machine machine);
    BayConsole& console(int bay) { return *of(bay).console; }

    bool has_machine(int bay) const override;
    void obey(int bay, const Blade& blade, PowerCommand command) override;
    void pull_out(int bay) override;

private:
    struct Slot {
        std::optional<Machine> machine;
        std::unique_ptr<BayConsole> console;
        std::optional<MachineProcess> process;
        MonitorReader monitor;
        bool has_typed = false;
        bool starts_again = false;
    };
    Slot& of(int bay) { return slots_.at(static_cast<std::size_t>(bay - 1)); }
    bool start(int bay);
    void stop(int bay);
    void tell(int bay, std::string_view command);
    bool read_console(int bay);
    bool read_monitor(int bay);
    void see(int bay, MonitorEvent event);
    void note_end(int bay);

    Loop& loop_;
    Chassis& chassis_;
    Chassis::Listener listener_;
    std::array<Slot, kBays> slots_;
};

}  // namespace dim::chassis
