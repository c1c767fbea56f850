#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/api/value_samples.hpp"

/// Services of a server, boot files, commands on blades, and the lines of jobs. See
/// message_samples.hpp.
namespace dim::api::samples {

inline Blades blades() { return {{blade()}}; }
inline Firewall firewall() {
    return {"table inet dim {\n\tchain \"x\" { }\n}\n", true, false, "nft is missing"};
}
inline Firewall bare_firewall() {
    Firewall bare = firewall();
    bare.cause.reset();
    return bare;
}
inline NfsExport nfs_export() { return {"/blades/s01c1b01/granite", "/mnt", "10.1.0.11", true}; }
inline NfsExportList nfs_export_list() { return {{nfs_export()}}; }
inline DhcpHost dhcp_host() {
    return {blade(), mac(), address(), image(), "granite/7/ppc64-01234567/zImage"};
}
inline DhcpHostList dhcp_host_list() {
    return {{dhcp_host(), {blade(), mac(), address(), std::nullopt, std::nullopt}}};
}
inline CertificateSummary certificate_summary() { return {std::string(64, 'c'), time(), time()}; }
inline AuthorityStatus authority_status() {
    return {
        certificate_summary(), certificate_summary(), {image()}, {blade()}, certificate_summary()};
}
inline AuthorityStatus bare_authority_status() {
    return {certificate_summary(), certificate_summary(), {}, {}, std::nullopt};
}
inline RotateAuthority rotate_authority() { return {true, false}; }
inline BuildBootFile build_boot_file() {
    return {image(),   std::vector<std::string>{"quiet", "dim.on-failure=reboot"},
            "initrd",  std::vector<std::string>{"igb"},
            "*-amd64", true};
}
inline BuildBootFile bare_build_boot_file() { return {image(), {}, std::nullopt}; }
inline BootFile boot_file() {
    return {image(),
            generation(),
            "granite/7/ppc64-01234567/zImage",
            4'800'000,
            std::string(64, 'a'),
            "console=hvc0",
            "6.1.0",
            "#1 SMP Debian 6.1.162-1",
            std::vector<std::string>{"igb"},
            "*-amd64"};
}
inline RunCommand run_command() { return {{blade()}, {"sh", "-c", "uname -n"}, image(), 60, 4}; }
inline RunCommand bare_run_command() { return {{}, {}, std::nullopt, 1, 1}; }
inline CommandResult command_result() {
    return {blade(), image(), 3, 9, problem(), "s01c1b01\n", true, 0.25};
}
inline CommandLine command_line() { return {"still at it", command_result(), "done"}; }
inline CommandLine bare_command_line() {
    return {std::nullopt, CommandResult{blade()}, std::nullopt};
}
inline JobLine job_line() { return {"copying", 3, 10, std::nullopt, problem()}; }
inline JobLine done_line() {
    return {std::nullopt, std::nullopt, std::nullopt, "image imported", std::nullopt};
}

}  // namespace dim::api::samples
