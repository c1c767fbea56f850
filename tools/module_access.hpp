#pragma once

#include "libdim/bladecenter/management_module.hpp"
#include "libdim/snmp/credentials.hpp"
#include "tools/command.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::tool {

/// A management module, and where the credentials for it are.
struct ModuleContactPoint {
    snmp::AgentAddress agent;
    std::optional<std::string> credentials;  ///< a file; absent: the environment
};

/// How a command asks management modules, and which one: --mm, or a name of the cluster definition;
/// --credentials, --timeout, --retries.
struct ModuleAccess {
    std::optional<std::string> address;  ///< --mm
    std::optional<std::string> credentials_file;
    std::uint32_t timeout_ms = 2000;
    std::uint32_t retries = 2;

    void add_options(CLI::App& app);
    /// Those but --mm, for commands that take names of the cluster definition only.
    void add_asking_options(CLI::App& app);

    /// The module of --mm. Failures: usage for what is no address, and for --socket or --cluster.
    Outcome<ModuleContactPoint> contact(const Context& context) const;
    /// Errors: what read_credentials says; those of snmp::Session::open.
    Result<bladecenter::ManagementModule> open(const ModuleContactPoint& contact) const;
};

/// What is in FILE, or without one in the environment: DIM_MM_COMMUNITY, or DIM_MM_USER,
/// DIM_MM_AUTH
/// ("sha PASSPHRASE") and DIM_MM_PRIVACY ("des PASSPHRASE"). Errors: permission_denied for a file
/// that others may read or write, or that is neither ours nor root's; not_found without any;
/// those of snmp::parse_credentials.
Result<snmp::Credentials> read_credentials(const std::optional<std::string>& file);

}  // namespace dim::tool
