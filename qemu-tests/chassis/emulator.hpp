#pragma once

#include "qemu-tests/chassis/agent.hpp"
#include "qemu-tests/chassis/module_shell.hpp"

#include <string>
#include <string_view>

namespace dim::chassis {

/// "3=FILE" of a machine: which bay, and what the file says; nothing when either is wrong.
struct MachineChoice {
    int bay = 0;
    Machine machine;
};
std::optional<MachineChoice> read_machine(std::string_view text);

/// How it begins, beside the chassis.
struct EmulatorSettings {
    std::chrono::milliseconds reset_time{2000};
    bool ends_with_input = false;
    int signals = -1;  ///< a descriptor that can be read when it shall end
};

/// A management module that runs: its agent, its command line, and the person at its standard
/// input, who also makes its faults.
class Emulator {
public:
    Emulator(Loop& loop, Chassis& chassis, Machines& machines, Agent& agent, ModuleShell& shell,
             const EmulatorSettings& settings);
    /// After the answer that is being given: nothing is answered for a while, and who is logged in
    /// is thrown out. Blades go on.
    void reset_soon() { shall_reset_ = true; }

private:
    void take_request();
    void let_go();
    void answer();
    void reset();
    void watch_agent();
    void read_input();
    bool obey(std::string_view line);
    bool obey_number(std::string_view word, int number);

    Loop& loop_;
    Chassis& chassis_;
    Machines& machines_;
    Agent& agent_;
    ModuleShell& shell_;
    EmulatorSettings settings_;
    bool is_silent_ = false;
    bool is_resetting_ = false;
    bool shall_reset_ = false;
    int requests_until_reset_ = 0;  ///< 0: it does not
    int requests_ = 0;  ///< since they were told the last time
    int delay_ms_ = 0;
    unsigned held_request_ = 0;  ///< odd while one is held back
    std::string unread_;
};

}  // namespace dim::chassis
