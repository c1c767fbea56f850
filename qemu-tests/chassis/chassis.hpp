#pragma once

#include "qemu-tests/chassis/blade.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
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

/// A chassis with its bays, and every object of its management module (mmblade MIB, vendor's
/// versions of 2003 and 2013) that this emulator knows.
class Chassis {
public:
    /// Told "power bay=3 on" whenever that happens.
    using Listener = std::function<void(const std::string& event)>;
    explicit Chassis(Listener listener);
    Chassis(const Chassis&) = delete;
    Chassis& operator=(const Chassis&) = delete;

    void put(const BayDescription& description);
    /// What a fault leaves: commands are accepted and nothing happens.
    void set_stuck(bool is_stuck) { is_stuck_ = is_stuck; }

    const std::map<ObjectName, Object>& objects() const { return objects_; }

private:
    void add_system();
    void add_chassis();
    void add_vitals();
    void add_event_log();
    void add_bay(int bay);
    void add_bay_commands(int bay);
    void add_bay_product_data(int bay);

    std::optional<Blade>& at(int bay) { return bays_.at(static_cast<std::size_t>(bay - 1)); }
    void add_number(ObjectName name, int value);
    void add_text(ObjectName name, std::string value);
    void add_of_blade(ObjectName name, int bay, std::function<ObjectValue(const Blade&)> read,
                      const ObjectValue& without);
    void add_command(ObjectName name, int bay, int maximum,
                     std::function<void(Blade&, int)> command);
    void switch_power(int bay, bool is_on, const std::string& why);
    void log(const std::string& severity, const std::string& source, const std::string& text);

    Listener listener_;
    std::array<std::optional<Blade>, kBays> bays_;
    std::map<ObjectName, Object> objects_;
    std::vector<std::string> events_;  ///< newest last
    bool is_stuck_ = false;
};

}  // namespace dim::chassis
