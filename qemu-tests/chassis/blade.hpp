#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dim::chassis {

/// What is in a bay.
enum class BladeKind { js20, js21 };

/// A blade, as its management module sees it.
struct Blade {
    BladeKind kind = BladeKind::js20;
    bool is_wide = false;  ///< takes the next bay, too
    bool is_on = false;
    bool is_range = false;         ///< later firmware: the addresses are one text "FIRST -> LAST"
    bool has_sol = true;           ///< serial over LAN is allowed
    bool has_sol_session = false;  ///< somebody is at its console
    int led = 0;                   ///< 0 off, 1 on, 2 blinking
    int health = 1;                ///< bladeHealthState
    std::string name;
    std::array<int, 4> boot_sequence{7, 3, 0, 0};  ///< network, hard disk 0
    std::array<std::uint8_t, 6> mac{};             ///< of the first port; the second's is one more
};

/// bladeSOLStatus.
enum class SolState { not_ready = 0, ready = 1, active = 2 };
inline SolState sol_state_of(const Blade& blade) {
    if (!blade.is_on || !blade.has_sol) return SolState::not_ready;
    return blade.has_sol_session ? SolState::active : SolState::ready;
}

/// What a person says of a bay: "3=js20", "4=js21,on,wide,range,mac=00:0d:60:1e:81:1a,name=db",
/// "5=empty".
struct BayDescription {
    int bay = 0;                 ///< 1 to 14
    std::optional<Blade> blade;  ///< nothing: empty
};

/// Nothing when it is wrong. The MAC address, when none is named, is made of the bay.
std::optional<BayDescription> parse_bay(std::string_view text);

/// "00:0d:60:1e:81:1a" of the port OFFSET behind the first.
std::string mac_text(const Blade& blade, int offset);

}  // namespace dim::chassis
