#pragma once

#include "imageserver/image/images.hpp"
#include "imageserver/nfs/nfs_server.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/api/admin_messages.hpp"
#include "libdim/base/result.hpp"
#include "libdim/cluster/definition/definition.hpp"
#include "libdim/model/ipv4.hpp"
#include "libdim/model/names.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dim::server {

extern const Migration kNfsMigration;

/// Who may reach what: from the cluster definition.
struct NfsClients {
    std::optional<model::Ipv4Network> bootnet;                  ///< reads the shared roots
    std::map<model::ComponentName, model::Ipv4Address> blades;  ///< writes its own images
    cluster::NfsBackend server = cluster::NfsBackend::ganesha;  ///< who serves them

    bool operator==(const NfsClients&) const = default;
};

/// What the NFS server offers: every mounted blade image that is marked exported, to the one
/// address of its blade, and the shared root of every generation, read-only, to the bootnet. Any
/// thread may call; those that tell the NFS server something take turns.
class [[nodiscard]] NfsExports {
public:
    /// Of which one serves at a time. The references outlive this.
    struct Servers {
        NfsServer& ganesha;
        NfsServer& nfsd;
    };
    NfsExports(Images& images, const Servers& servers);
    ~NfsExports();

    /// Before anything is offered, and when the cluster definition changed: until then apply() and
    /// what needs it fail with unavailable.
    void set_clients(NfsClients clients);
    /// Brings what the NFS server offers in line with the blade images; starts it if needed, and
    /// ends the one whose place it takes. While this machine does not have the one of the cluster
    /// definition, the one there is goes on: that fails once, then status() tells it.
    Result<void> apply();
    /// For a boot plan: the blade's image is there, sound, mounted and offered; mounts and offers
    /// it again when it was not. Errors: those of Images::mount_state; conflict when it is not
    /// marked exported; those of apply().
    Result<void> ensure_served(const model::ComponentName& blade, const model::ImageName& image);
    /// Whether that is so already; waits for no reload. Errors: not_found.
    Result<bool> is_served(const model::ComponentName& blade, const model::ImageName& image) const;
    /// What the NFS server was last told to offer. Waits for no reload.
    std::vector<api::NfsExport> exports() const;
    /// Whether apply() for these clients would tell the NFS server something else than it was told
    /// last.
    Result<std::optional<std::string>> reload_reason(const NfsClients& clients) const;
    /// Stands before the paths of exports, as blades name them: see NfsServer::root.
    std::string root() const;
    /// Of the server that was wanted last, or, for CLIENTS, of theirs.
    api::ServiceStatus status() const;
    api::ServiceStatus status(const NfsClients& clients) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The paths under which clients find things.
std::string blade_export_path(const model::ComponentName& blade, const model::ImageName& image);
std::string shared_export_path(const model::ImageName& image, model::Generation generation);

}  // namespace dim::server
