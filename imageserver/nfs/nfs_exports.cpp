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
    bool is_missing_told = false;       ///< guarded by applying: apply() has failed for it
    std::mutex applying;  ///< held while the NFS server is told: as long as that takes
    std::vector<api::NfsExport> offered;       ///< paths are without the server's root
    std::optional<cluster::NfsBackend> which;  ///< offers them
    /// Why that is not the one of the cluster definition.
    std::optional<Error> missing;
    mutable std::mutex offered_mutex;  ///< of these three; held for moments, taken after applying

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
    Result<cluster::NfsBackend> choose();
    Result<void> end_all_but(cluster::NfsBackend chosen);
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

/// Who is to serve: the one of the cluster definition, or, while this machine does not have that,
/// the one that serves now, or did before the daemon was started: blades go on.
Result<cluster::NfsBackend> NfsExports::State::choose() {
    using cluster::NfsBackend;
    const NfsBackend wanted = clients->server;
    const NfsBackend other = wanted == NfsBackend::nfsd ? NfsBackend::ganesha : NfsBackend::nfsd;
    const auto in_force = [&] {
        const std::scoped_lock lock(offered_mutex);
        return which;
    }();
    Result<void> checked;
    if (in_force != wanted) checked = server(wanted).check();
    const std::scoped_lock lock(offered_mutex);
    missing.reset();
    if (checked) return wanted;
    if (in_force != other && !server(other).has_served()) return fail(std::move(checked).error());
    missing = std::move(checked).error();
    return other;
}

/// Both serve at the same port.
Result<void> NfsExports::State::end_all_but(cluster::NfsBackend chosen) {
    using cluster::NfsBackend;
    {
        const std::scoped_lock lock(offered_mutex);
        if (which == chosen) return {};
        offered.clear();
    }
    NfsServer& other = server(chosen == NfsBackend::nfsd ? NfsBackend::ganesha : NfsBackend::nfsd);
    DIM_CHECK(other.end());
    const std::scoped_lock lock(offered_mutex);
    which = chosen;
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
    const Result<cluster::NfsBackend> chosen = choose();
    if (!chosen) return fail(Error(chosen.error()).with_context("NFS server"));
    Result<void> applied = end_all_but(*chosen);
    if (applied) applied = server(*chosen).offer(exports);
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
                       .missing = {},
                       .offered_mutex = {}}) {}

NfsExports::~NfsExports() = default;

void NfsExports::set_clients(NfsClients clients) {
    const std::scoped_lock lock(state_->applying);
    if (state_->clients && state_->clients->server != clients.server)
        state_->is_missing_told = false;
    state_->clients = std::move(clients);
}

Result<void> NfsExports::apply() {
    const std::scoped_lock lock(state_->applying);
    DIM_CHECK(state_->apply(""));
    const std::scoped_lock offered_lock(state_->offered_mutex);
    // Told once to whoever chose it, then by status(): other changes do not fail for it.
    const bool is_new = state_->missing && !state_->is_missing_told;
    state_->is_missing_told = state_->missing.has_value();
    if (is_new) return fail(Error(*state_->missing).with_context("NFS server"));
    return {};
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

api::ServiceStatus NfsExports::status() const {
    api::ServiceStatus status = state_->in_force().status();
    const std::scoped_lock lock(state_->offered_mutex);
    if (state_->missing && !status.cause) {
        status.cause = "it goes on in place of the one of the cluster definition: " +
                       to_string(*state_->missing);
    }
    return status;
}

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
