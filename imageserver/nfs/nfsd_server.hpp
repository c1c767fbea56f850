#pragma once

#include "imageserver/nfs/nfs_server.hpp"
#include "imageserver/nfs/nfsd_exports.hpp"
#include "libdim/model/ipv4.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

/// The NFS server of the kernel. There is one for the whole machine, and it is the machine's:
/// nfs-server.service starts and ends it, and it may offer what is not ours. We start that unit
/// when nothing answers, never end it, and add and take away only exports below our own directory.
class NfsdServer final : public NfsServer {
public:
    struct Settings {
        std::string root;            ///< ROOT/PATH is what is exported as PATH
        model::Ipv4Address address;  ///< where blades ask
        std::string exports_file = "/etc/exports.d/dim.exports";
        std::string table = "/var/lib/nfs/etab";
        std::string kernel = "/proc/fs/nfsd";
        std::string file_systems = "/proc/filesystems";
        std::string exportfs = "/usr/sbin/exportfs";
        std::vector<std::string> load = {"/usr/sbin/modprobe", "nfsd"};
        std::vector<std::string> start = {"/usr/bin/systemctl", "start", "nfs-server.service"};
        std::function<Result<void>(model::Ipv4Address)> probe{};  ///< empty: call_null
        std::chrono::milliseconds ready_timeout{10'000};
    };
    explicit NfsdServer(Settings settings);

    Result<void> offer(std::span<const api::NfsExport> exports) override;
    Result<void> check() override;
    bool has_served() const override;
    Result<void> end() override;
    std::string root() const override { return settings_.root; }
    api::ServiceStatus status() const override;

private:
    Result<void> offer_all(std::span<const api::NfsExport> exports) const;
    Result<void> check_program() const;
    bool is_in_kernel() const;
    Result<void> ensure_running() const;
    Result<void> wait_until_ready(const std::string& said) const;
    Result<void> check_versions() const;
    Result<std::vector<NfsdExport>> present() const;
    Result<void> withdraw(const std::vector<NfsdExport>& exports) const;
    Result<void> add(const std::vector<NfsdExport>& exports) const;
    Result<void> check_offered(const std::vector<NfsdExport>& wanted,
                               const std::string& said) const;
    /// Makes the kernel forget what the client at ADDRESS has open: otherwise that keeps the image
    /// mounted, for a day when the client is off (a "courteous server").
    void expire_client(const std::string& address) const;
    bool has_threads() const;

    Settings settings_;
    mutable std::mutex refusal_mutex_;
    std::optional<std::string> refusal_;
};

}  // namespace dim::server
