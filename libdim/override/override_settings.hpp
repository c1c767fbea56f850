#pragma once

#include "libdim/base/result.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace dim::overrides {

/// What DIM writes by itself, unless it is switched off.
enum class Builtin {
    hostname,
    hosts,
    machine_id,
    ssh_host_keys,
    fstab,
    selinux,
    root_interface,
    time_servers,
    resolver
};
inline constexpr std::array kBuiltins{
    Builtin::hostname,       Builtin::hosts,        Builtin::machine_id,
    Builtin::ssh_host_keys,  Builtin::fstab,        Builtin::selinux,
    Builtin::root_interface, Builtin::time_servers, Builtin::resolver};
/// "hostname", "hosts", "machine-id", "ssh-host-keys", "fstab", "selinux", "root-interface",
/// "time-servers", "resolver"
std::string_view to_string(Builtin builtin);

/// The file of settings in a tree of templates.
inline constexpr std::string_view kSettingsFile = ".dim-overrides";

/// What such files say. One a line, '#' begins a comment:
///
///     fstab off                  a built-in, "on" or "off"
///     root-interface off
///     root-interface-name eth0   what the distribution calls the interface that the root comes
///     over
struct Settings {
    std::map<Builtin, bool> switches = {};
    std::optional<std::string> root_interface_name = {};

    bool is_on(Builtin builtin) const {
        const auto found = switches.find(builtin);
        return found == switches.end() || found->second;
    }
    /// What OTHER says is so from now on.
    void take(const Settings& other);
    bool operator==(const Settings&) const = default;
};

/// FILE is named in errors. Errors: invalid_input, with the line and the words there are.
Result<Settings> parse_settings(std::string_view text, std::string_view file);

}  // namespace dim::overrides
