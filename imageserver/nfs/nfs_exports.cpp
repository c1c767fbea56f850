#include "imageserver/nfs/nfs_exports.hpp"

#include "imageserver/service/changed_items.hpp"
#include "libdim/sys/clock.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <span>
#include <utility>

namespace dim::server {

using model::ComponentName;
using model::Generation;
using model::ImageName;

namespace {

// The NFS server lets go of a file system a moment after it has dropped the export, and tells
// nobody when: its line of having read the exports anew comes before, and the kernel has no event
// for a file system that is in use no more. So unmounting is tried again, for 2 s.
constexpr int kUnmountAttempts = 40;
constexpr std::chrono::milliseconds kUnmountInterval{50};

std::vector<std::string> texts(std::span<const api::NfsExport> exports) {
    std::vector<std::string> list;
    for (const api::NfsExport& entry : exports)
        list.push_back(entry.path + " to " + entry.client);
    return list;
}

}  // namespace

std::string blade_export_path(const ComponentName& blade, const ImageName& image) {
    return "/blades/" + blade.text() + "/" + image.text();
}

std::string shared_export_path(const ImageName& image, Generation generation) {
    return "/shared/" + image.text() + "/" + to_string(generation);
}

struct NfsExports::State {
    Images& images;
    Servers servers;
    std::optional<NfsClients> clients;  ///< guarded by applying; nothing before the first are set
    std::mutex applying;  ///< held while the NFS server is told: as long as that takes
    std::vector<api::NfsExport> offered;       ///< paths are without the server's root
    std::optional<cluster::NfsBackend> which;  ///< offers them
    mutable std::mutex offered_mutex;          ///< of both; held for moments, taken after applying

    NfsServer& server(cluster::NfsBackend backend) const {
        switch (backend) {
            case cluster::NfsBackend::ganesha: return servers.ganesha;
            case cluster::NfsBackend::nfsd: return servers.nfsd;
        }
        std::unreachable();
    }
    NfsServer& in_force() const {
        const std::scoped_lock lock(offered_mutex);
        return server(which.value_or(cluster::NfsBackend::ganesha));
    }
    std::vector<api::NfsExport> told() const {
        const std::scoped_lock lock(offered_mutex);
        return offered;
    }
    bool is_offered(const std::string& path) const {
        const std::scoped_lock lock(offered_mutex);
        return std::ranges::find(offered, path, &api::NfsExport::path) != offered.end();
    }
    bool is_offered(const api::BladeImage& image) const {
        return is_offered(blade_export_path(image.blade, image.image)) &&
               is_offered(shared_export_path(image.image, image.generation));
    }
    void add_blade_image(const api::BladeImage& image, const NfsClients& to,
                         std::vector<api::NfsExport>& wanted) const;
    Result<std::vector<api::NfsExport>> wanted(const NfsClients& to,
                                               const std::string& withheld) const;
    Result<void> apply(const std::string& withheld);
    Result<void> end_other();
    /// The NFS server holds on to what was mounted when it began to offer it, so it has to let go
    /// first.
    Result<void> mount_anew(const ComponentName& blade, const ImageName& image);
};

void NfsExports::State::add_blade_image(const api::BladeImage& image, const NfsClients& to,
                                        std::vector<api::NfsExport>& wanted) const {
    const auto client = to.blades.find(image.blade);
    // An empty mount point would show the server's own file system.
    if (!image.is_exported || !image.is_mounted || client == to.blades.end()) return;
    wanted.push_back({.path = blade_export_path(image.blade, image.image),
                      .source = images.mount_point(image.blade, image.image),
                      .client = to_string(client->second),
                      .is_writable = true});
}

Result<std::vector<api::NfsExport>> NfsExports::State::wanted(const NfsClients& to,
                                                              const std::string& withheld) const {
    DIM_TRY(const std::vector<api::BladeImage> blade_images, images.blade_images());
    DIM_TRY(const auto generations, images.shown_generations());
    std::vector<api::NfsExport> wanted;
    for (const api::BladeImage& image : blade_images) {
        if (blade_export_path(image.blade, image.image) != withheld)
            add_blade_image(image, to, wanted);
    }
    for (const auto& [image, generation] : generations) {
        if (!to.bootnet || !images.is_shared_mounted(image, generation)) continue;
        wanted.push_back({.path = shared_export_path(image, generation),
                          .source = images.shared_mount_point(image, generation),
                          .client = to_string(*to.bootnet),
                          .is_writable = false});
    }
    return wanted;
}

/// Both serve at the same port.
Result<void> NfsExports::State::end_other() {
    using cluster::NfsBackend;
    {
        const std::scoped_lock lock(offered_mutex);
        if (which == clients->server) return {};
    }
    // Blades go on with the one there is while the other one could not run.
    DIM_CHECK(server(clients->server).check());
    {
        const std::scoped_lock lock(offered_mutex);
        offered.clear();
    }
    NfsServer& other =
        server(clients->server == NfsBackend::nfsd ? NfsBackend::ganesha : NfsBackend::nfsd);
    DIM_CHECK(other.end());
    const std::scoped_lock lock(offered_mutex);
    which = clients->server;
    return {};
}

Result<void> NfsExports::State::apply(const std::string& withheld) {
    // Who is nobody's client yet is not to be cut off.
    if (!clients)
        return fail(Error(ErrorCode::unavailable,
                          "the daemon has just started, and has not told the NFS server yet whom "
                          "to serve")
                        .with_cure("it is asked again by itself"));
    DIM_TRY(std::vector<api::NfsExport> exports, wanted(*clients, withheld));
    Result<void> applied = end_other();
    if (applied) applied = server(clients->server).offer(exports);
    if (!applied) return fail(std::move(applied).error().with_context("NFS server"));
    const std::scoped_lock lock(offered_mutex);
    offered = std::move(exports);
    return {};
}

Result<void> NfsExports::State::mount_anew(const ComponentName& blade, const ImageName& image) {
    const std::string path = blade_export_path(blade, image);
    if (is_offered(path)) DIM_CHECK(apply(path));
    Result<void> ready = images.ensure_ready(blade, image);
    for (int attempt = 0; attempt < kUnmountAttempts; ++attempt) {
        if (ready || ready.error().code() != ErrorCode::conflict) break;
        sys::sleep_for(kUnmountInterval);
        ready = images.ensure_ready(blade, image);
    }
    return ready;
}

NfsExports::NfsExports(Images& images, const Servers& servers)
    : state_(new State{.images = images,
                       .servers = servers,
                       .clients = {},
                       .applying = {},
                       .offered = {},
                       .which = {},
                       .offered_mutex = {}}) {}

NfsExports::~NfsExports() = default;

void NfsExports::set_clients(NfsClients clients) {
    const std::scoped_lock lock(state_->applying);
    state_->clients = std::move(clients);
}

Result<void> NfsExports::apply() {
    const std::scoped_lock lock(state_->applying);
    return state_->apply("");
}

Result<void> NfsExports::ensure_served(const ComponentName& blade, const ImageName& image) {
    const std::scoped_lock lock(state_->applying);
    DIM_TRY(const api::BladeImage record, state_->images.blade_image(blade, image));
    if (!record.is_exported) {
        return fail(Error(ErrorCode::conflict, "the image " + image.text() + " of blade " +
                                                   blade.text() + " is not exported")
                        .with_cure("dim nfs export " + blade.text() + " " + image.text()));
    }
    if (!record.is_mounted) {
        // Why it cannot be mounted is told before anything is withdrawn for its sake.
        DIM_CHECK(state_->images.mount_state(blade, image));
        DIM_CHECK(state_->mount_anew(blade, image));
    }
    DIM_CHECK(state_->images.ensure_shared_ready(image, record.generation));
    if (!state_->is_offered(record)) DIM_CHECK(state_->apply(""));
    if (state_->is_offered(blade_export_path(blade, image))) return {};
    return fail(
        Error(ErrorCode::conflict, "the image of blade " + blade.text() +
                                       " is not offered: the cluster definition does not "
                                       "tell the blade's address")
            .with_cure("add the blade to the cluster definition, then: dim cluster reload"));
}

Result<bool> NfsExports::is_served(const ComponentName& blade, const ImageName& image) const {
    DIM_TRY(const api::BladeImage record, state_->images.blade_image(blade, image));
    return record.is_exported && record.is_mounted && state_->is_offered(record) &&
           state_->images.is_shared_mounted(image, record.generation);
}

std::vector<api::NfsExport> NfsExports::exports() const {
    auto exports = state_->told();
    const std::string root = this->root();
    for (api::NfsExport& entry : exports)
        entry.path.insert(0, root);
    return exports;
}

std::string NfsExports::root() const { return state_->in_force().root(); }

api::ServiceStatus NfsExports::status() const { return state_->in_force().status(); }

api::ServiceStatus NfsExports::status(const NfsClients& clients) const {
    return state_->server(clients.server).status();
}

Result<std::optional<std::string>> NfsExports::reload_reason(const NfsClients& clients) const {
    DIM_TRY(const auto wanted, state_->wanted(clients, ""));
    {
        const std::scoped_lock lock(state_->offered_mutex);
        if (state_->which && *state_->which != clients.server)
            return "it takes the place of " + state_->server(*state_->which).status().name;
    }
    const auto told = state_->told();
    if (wanted == told) return std::nullopt;
    const auto before = texts(told);
    const auto after = texts(wanted);
    return changed_items({before.begin(), before.end()}, {after.begin(), after.end()}, "export");
}

}  // namespace dim::server
