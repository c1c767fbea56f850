#pragma once

#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace dim::server {

/// Where DIRECTORY says that the filter is wanted: the rules themselves.
std::string firewall_file(const std::string& directory);

/// The packet filter that keeps this server's services to its bootnet: a table of nftables of its
/// own, in force only when an administrator asked for it. It depends on the server's bootnet alone,
/// which stays the same as long as the daemon runs. Any thread may call; calls run nft(8).
class BootnetFirewall {
public:
    struct Settings {
        std::string directory;  ///< STATE/services/firewall; its file says that it is wanted
        cluster::ServerBootnet bootnet;
        std::uint16_t boot_port = 80;  ///< where boot files are given by HTTP
        std::string program = "/usr/sbin/nft";
        std::function<void(const Result<void>&)> on_apply{};  ///< told how each apply() ended
    };
    explicit BootnetFirewall(Settings settings) : settings_(std::move(settings)) {}

    /// Brings it into force now and at every start, until remove(). Errors: not_found when nftables
    /// is not installed; what nft says. What was in force stays then.
    Result<void> apply();
    /// Removes its table, whoever made it, and nothing else.
    Result<void> remove();
    /// At start, before anything listens: brings it into force if it is wanted.
    Result<void> restore();
    /// What the rules are, and whether the kernel has the table.
    Result<api::Firewall> state() const;

private:
    std::string file() const { return firewall_file(settings_.directory); }
    Result<void> install() const;
    Result<void> load() const;

    Settings settings_;
    std::mutex changing_;
};

/// Removes the table of any BootnetFirewall from the kernel; one that is not there is success.
Result<void> remove_firewall_table(const std::string& program = "/usr/sbin/nft");

}  // namespace dim::server
