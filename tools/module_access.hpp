#pragma once

#include "libdim/bladecenter/management_module.hpp"
#include "libdim/snmp/credentials.hpp"
#include "tools/command.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace dim::tool {

/// Which management module a command asks, and as whom: --mm, --credentials, --timeout, --retries.
struct ModuleAccess {
    std::string address;
    std::optional<std::string> credentials_file;
    std::uint32_t timeout_ms = 2000;
    std::uint32_t retries = 2;

    void add_options(CLI::App& app);

    /// Failures: usage for what is no address and for --socket; what read_credentials says; those
    /// of snmp::Session::open.
    Outcome<bladecenter::ManagementModule> open(const Context& context) const;
};

/// What is in FILE, or without one in the environment: DIM_MM_COMMUNITY, or DIM_MM_USER,
/// DIM_MM_AUTH
/// ("sha PASSPHRASE") and DIM_MM_PRIVACY ("des PASSPHRASE"). Errors: permission_denied for a file
/// that others may read or write, or that is neither ours nor root's; not_found without any;
/// those of snmp::parse_credentials.
Result<snmp::Credentials> read_credentials(const std::optional<std::string>& file);

}  // namespace dim::tool
