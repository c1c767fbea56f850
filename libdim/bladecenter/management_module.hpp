#pragma once

#include "libdim/bladecenter/bay.hpp"
#include "libdim/bladecenter/blade_state.hpp"
#include "libdim/bladecenter/event_log.hpp"
#include "libdim/bladecenter/vitals.hpp"
#include "libdim/model/hardware.hpp"
#include "libdim/model/mac_address.hpp"
#include "libdim/snmp/session.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dim::bladecenter {

/// What a bay holds, as its management module says.
struct Blade {
    PowerState power = PowerState::off;
    Health health = Health::unknown;
    std::optional<Led> led;  ///< absent when it was not asked for
    std::string name;
    std::string machine_type;              ///< "8842"; empty when it is not told
    std::optional<model::BladeType> type;  ///< of 8842 (JS20) and 8844 (JS21)
    std::string machine_model;
    std::string serial;
    std::optional<std::string> uuid;
    std::vector<model::MacAddress> macs;  ///< on board, then those of the daughter card
};

/// A bay; without blade when it is empty, or covered by the blade in the bay before it.
struct BayReport {
    Bay bay;
    Result<std::optional<Blade>>
        blade;  ///< errors: of this bay only, for what cannot be understood
};

/// The chassis itself.
struct ChassisReport {
    std::string name;
    std::string machine_type;
    std::string machine_model;
    std::string serial;
    std::optional<std::string> uuid;
    ChassisHealth health = ChassisHealth::normal;
    std::int32_t bays = 0;        ///< for blades
    std::vector<bool> installed;  ///< bay 1 first
};

/// Whether a module is not there, or its agent is not: then its partner may be asked.
bool is_silence(const Error& error);
/// Of a module that is silent, as FIRST tells, and whose partner could not be asked either.
Error neither_answers(Error first, const std::string& partner, const Error& of_partner);

class Question;

/// A BladeCenter's management module (objects of the vendor's mmblade MIB below
/// 1.3.6.1.4.1.2.3.51.2). Blocks; used by one thread. Everything returns the errors of
/// snmp::Session too. A blade is commanded only after one answer of the module told that it is a
/// BladeCenter's, that it has the bay, that a blade is in it by both of its tables, and its power
/// state; else: not_found for an empty bay, conflict for what is in doubt.
class [[nodiscard]] ManagementModule {
public:
    /// The redundant module of the same chassis. It is asked, from then on, when a question finds
    /// the first one silent, or standing by; a command is sent to that which answered the question
    /// before it, and to none when that stands by and the partner cannot be asked.
    struct Partner {
        std::string name;
        std::function<Result<snmp::Session>()> open;
        /// Which of the two the first one is, 1 or 2; absent: what it says of primary is not asked.
        std::optional<std::uint32_t> our_bay = {};
    };
    explicit ManagementModule(snmp::Session session, std::optional<Partner> partner = {})
        : session_(std::move(session)), partner_(std::move(partner)) {}

    /// Of the redundant module NAME, since the first did not even answer to begin with.
    static ManagementModule of_partner(snmp::Session session, const std::string& name);

    /// "by s01c1mm2: the first module does not answer"; empty unless it was so.
    const std::string& remark() const { return remark_; }

    /// chassisInfo, chassisVpd, spTxtId. Errors: conflict when it is no BladeCenter's.
    Result<ChassisReport> chassis();
    /// mmTemp, frontPanelTemp, blowerNSpeed, blowerNState, powerModuleHealthTable.
    Result<Vitals> vitals();
    /// readEventLogString: newest first. Errors: invalid_input.
    Result<std::vector<EventLogEntry>> event_log();
    /// Empties the event log.
    Result<void> clear_event_log();
    /// The chassis' own light, which shows a person which one is meant.
    Result<Led> chassis_led();
    Result<void> set_chassis_led(Led led);
    /// spTxtId: 1 to 16 printable ASCII characters. Errors: invalid_input.
    Result<void> set_chassis_name(const std::string& name);
    /// Starts the module's own firmware again; blades go on. It does not answer for a minute or so.
    Result<void> reset_module();
    /// bladeSystemStatus, bladeHardwareVpd, bladeHardwareVpdMac; in the order of BAYS, without
    /// LEDs.
    Result<std::vector<BayReport>> bays(const std::vector<Bay>& bays);
    /// The same with LEDs. A module with many blades takes up to 120 s for its table of them.
    Result<std::vector<BayReport>> bays_with_leds(const std::vector<Bay>& asked);

    /// Of many at once, in the order of BAYS; each with its own errors.
    Result<std::vector<Result<PowerState>>> power_states(const std::vector<Bay>& bays);
    /// bladePowerState of a blade that is there.
    Result<PowerState> power_state(Bay bay);
    /// powerOnOffBlade, restartBlade: what to wait for then is the caller's (power::change_power).
    Result<void> send_power(Bay bay, power::PowerCommand command);
    /// Has a blade that hangs write its memory and restart, if its system is set up for that.
    /// Errors: conflict for a blade that is not on.
    Result<void> send_nmi(Bay bay);
    Result<BootSequence> boot_sequence(Bay bay);
    /// Written so that no device ever stands behind an end, and read again. Errors: conflict when
    /// the module has another one then.
    Result<void> set_boot_sequence(Bay bay, const BootSequence& sequence);
    /// Nothing when it is not allowed for the blade.
    Result<std::optional<Sol>> serial_over_lan(Bay bay);
    Result<void> allow_serial_over_lan(Bay bay, bool is_allowed);
    /// bladeServerIdName: 1 to 15 printable ASCII characters. Errors: invalid_input.
    Result<void> set_name(Bay bay, const std::string& name);
    /// ledBladeIdentity. A module with many blades takes up to 120 s for its table of LEDs.
    Result<void> set_led(Bay bay, Led led);

private:
    Result<PowerState> identify(Bay bay);
    Result<void> add_leds(std::vector<BayReport>& reports);
    /// Of the partner, when that is to be asked.
    Result<void> ask(Question& question);
    /// Of the last question.
    Result<void> check_commandable() const;
    Result<void> set(const snmp::ObjectId& object, const snmp::Value& value);
    Result<void> set_once(const snmp::ObjectId& object, const snmp::Value& value);

    snmp::Session session_;
    std::optional<Partner> partner_;
    std::string remark_;
    /// Why the partner of a module that stands by could not be asked.
    std::optional<Error> standby_ = {};
};

}  // namespace dim::bladecenter
