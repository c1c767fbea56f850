#pragma once

#include "qemu-tests/chassis/descriptor.hpp"

#include <optional>
#include <string>
#include <vector>

namespace dim::chassis {

/// A machine that runs: a process that ends with this, and with the emulator, however that ends.
class MachineProcess {
public:
    /// COMMAND with its console and its monitor as descriptors 3 and 4; what it says goes to the
    /// file LOG. It runs when this returns; nothing when it cannot.
    static std::optional<MachineProcess> start(const std::vector<std::string>& command,
                                               const std::string& log);
    ~MachineProcess();
    MachineProcess(MachineProcess&&) noexcept = default;
    MachineProcess& operator=(MachineProcess&&) = delete;

    const Descriptor& console() const { return console_; }
    const Descriptor& monitor() const { return monitor_; }
    /// Readable once it has ended.
    const Descriptor& process() const { return process_; }
    int id() const { return id_; }
    /// Pulls the plug.
    void kill() const;

private:
    MachineProcess(int id, Descriptor process, Descriptor console, Descriptor monitor)
        : id_(id),
          process_(std::move(process)),
          console_(std::move(console)),
          monitor_(std::move(monitor)) {}

    int id_;
    Descriptor process_;  ///< a pidfd
    Descriptor console_;
    Descriptor monitor_;
};

}  // namespace dim::chassis
