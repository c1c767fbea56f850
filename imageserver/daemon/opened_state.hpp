#pragma once

#include "imageserver/blade/alerts.hpp"
#include "imageserver/blade/roster.hpp"
#include "imageserver/boot_file/boot_file_store.hpp"
#include "imageserver/cluster/cluster_revisions.hpp"
#include "imageserver/daemon/settings.hpp"
#include "imageserver/identity/identity.hpp"
#include "imageserver/image/image_store.hpp"
#include "imageserver/image/master_watch.hpp"
#include "imageserver/state/database.hpp"
#include "libdim/base/result.hpp"
#include "libdim/sys/fd.hpp"
#include "libdim/tls/random.hpp"

#include <memory>
#include <optional>

namespace dim::server {

/// What the daemon stands on: everything that is opened before the first request, and can fail.
/// Members go in the order they are made. What others point to stays where it is.
struct OpenedState {
    sys::Fd lock;
    std::unique_ptr<Database> database;
    std::unique_ptr<ClusterRevisions> revisions;
    Roster roster;
    /// Why the cluster definition in force is not the configured file.
    std::optional<Error> cluster_problem;
    cluster::ServerBootnet bootnet;
    std::unique_ptr<tls::Random> random;
    std::unique_ptr<Identity> identity;
    std::unique_ptr<MasterWatch> watch;  ///< none when the kernel refused
    std::unique_ptr<ImageStore> images;
    BootFileStore boot_files;
    Alerts alerts;
    sys::Fd signals;

    /// Errors: conflict when another daemon uses the state directory; those of the modules.
    static Result<OpenedState> open(const DaemonSettings& settings);
};

}  // namespace dim::server
