#pragma once

#include "libdim/base/text.hpp"
#include "libdim/sys/confinement.hpp"
#include "libdim/sys/file.hpp"

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dim::sys {

/// For tests: what /proc/PID/status (proc(5)) says that a process may do.
struct ProcessPrivileges {
    std::uint64_t user = 0;   ///< effective
    std::uint64_t group = 0;  ///< effective
    std::string other_groups{};
    std::uint64_t permitted = 0;
    std::uint64_t effective = 0;
    std::uint64_t bounding = 0;
    bool no_new_privileges = false;

    bool operator==(const ProcessPrivileges&) const = default;
};

/// Throws when a line is missing.
inline ProcessPrivileges parse_privileges(std::string_view status) {
    const auto value_of = [&](const std::string& name) {
        for (const std::string_view line : split(status, '\n'))
            if (line.starts_with(name + ":"))
                return std::string(trim(line.substr(name.size() + 1)));
        throw std::runtime_error("no " + name + " in /proc/PID/status");
    };
    const auto id_of = [&](const std::string& name) {
        return std::stoull(std::string(split_words(value_of(name)).at(1)));
    };
    const auto set_of = [&](const std::string& name) {
        return std::stoull(value_of(name), nullptr, 16);
    };
    return {.user = id_of("Uid"),
            .group = id_of("Gid"),
            .other_groups = value_of("Groups"),
            .permitted = set_of("CapPrm"),
            .effective = set_of("CapEff"),
            .bounding = set_of("CapBnd"),
            .no_new_privileges = value_of("NoNewPrivs") == "1"};
}

inline ProcessPrivileges privileges_of(std::uint32_t pid) {
    return parse_privileges(read_file("/proc/" + std::to_string(pid) + "/status").value());
}

/// The set of capabilities as the kernel writes it.
inline std::uint64_t capability_set(std::initializer_list<Capability> capabilities) {
    std::uint64_t set = 0;
    for (const Capability capability : capabilities)
        set |= std::uint64_t{1} << static_cast<int>(capability);
    return set;
}

}  // namespace dim::sys
