#pragma once

#include "qemu-tests/chassis/blade.hpp"
#include "qemu-tests/chassis/event_log.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dim::chassis {

inline constexpr int kBays = 14;  ///< of a BladeCenter

using ObjectName = std::vector<std::uint32_t>;
using ObjectValue = std::variant<int, std::string, ObjectName>;

/// One object of the MIB: how it is read, and how it is written when it can be.
struct Object {
    /// Nothing: it is not there now.
    std::function<std::optional<ObjectValue>()> read;
    /// False for a value that it does not take; TRY_ONLY changes nothing.
    std::function<bool(const ObjectValue& value, bool try_only)> write = {};
};

enum class PowerCommand { off, on, soft_off, restart, nmi };

/// The machines behind bays; a bay that has none is a state and nothing else.
class Hardware {
public:
    virtual ~Hardware() = default;
    virtual bool has_machine(int bay) const = 0;
    /// What happens then is told to Chassis::note_power(), note_restart().
    virtual void obey(int bay, const Blade& blade, PowerCommand command) = 0;
    /// The blade leaves its bay, and is gone at once.
    virtual void pull_out(int bay) = 0;
};

/// Who wants to know; each may be nobody.
struct ChassisWatchers {
    std::function<void(const ChassisEvent&)> event = {};
    std::function<void(int bay)> console_lost = {};  ///< off, or serial over LAN is forbidden
    std::function<void()> reset = {};                ///< the module shall restart
};

/// A chassis with its bays, and every object of its management module (mmblade MIB, vendor's
/// versions of 2003 and 2013) that this emulator knows.
class Chassis {
public:
    /// Told "power bay=3 on" whenever that happens.
    using Listener = std::function<void(const std::string& event)>;
    explicit Chassis(Listener listener);
    Chassis(const Chassis&) = delete;
    Chassis& operator=(const Chassis&) = delete;

    void set_hardware(Hardware& hardware) { hardware_ = &hardware; }
    void set_watchers(ChassisWatchers watchers) { watchers_ = std::move(watchers); }

    void put(const BayDescription& description);
    /// Of the bays 1 to 14; nothing in an empty one.
    std::optional<Blade>& at(int bay) { return bays_.at(static_cast<std::size_t>(bay - 1)); }
    /// Does nothing in an empty bay.
    void command(int bay, PowerCommand command);
    /// A machine is on or off now.
    void note_power(int bay, bool is_on, const std::string& why);
    void note_restart(int bay);
    void log(ChassisEvent event);
    /// Of the air that comes in, in degrees Celsius; above 38 it is told, above 45 loudly.
    void set_temperature(int degrees);
    /// What a fault leaves: commands are accepted and nothing happens.
    void set_stuck(bool is_stuck) { is_stuck_ = is_stuck; }

    const std::map<ObjectName, Object>& objects() const { return objects_; }

private:
    void add_system();
    void add_chassis();
    void add_identity();
    void add_vitals();
    void add_event_log();
    void add_bay(int bay);
    void add_bay_commands(int bay);
    void add_bay_product_data(int bay);

    void add_number(ObjectName name, int value);
    void add_text(ObjectName name, std::string value);
    void add_of_blade(ObjectName name, int bay, std::function<ObjectValue(const Blade&)> read,
                      const ObjectValue& without);
    void add_command(ObjectName name, int bay, int maximum,
                     std::function<void(Blade&, int)> command);
    void imitate(int bay, PowerCommand command);
    void set_sol(int bay, bool is_allowed);

    Listener listener_;
    Hardware* hardware_ = nullptr;
    ChassisWatchers watchers_;
    std::array<std::optional<Blade>, kBays> bays_;
    std::map<ObjectName, Object> objects_;
    EventLog events_;
    std::string name_ = "emulated-chassis";
    int led_ = 0;
    int temperature_ = 26;
    bool is_stuck_ = false;
};

}  // namespace dim::chassis
