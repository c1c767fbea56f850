#include "imageserver/nfs/nfs_exports.hpp"

#include "imageserver/nfs/export_ids.hpp"
#include "imageserver/nfs/ganesha_configuration.hpp"
#include "imageserver/nfs/ganesha_service.hpp"
#include "imageserver/service/changed_items.hpp"
#include "imageserver/service/configured_service.hpp"
#include "libdim/sys/clock.hpp"
#include "libdim/sys/directory.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>
#include <span>

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
    Database& database;
    ConfiguredService& ganesha;
    std::string directory;
    model::Ipv4Address server;
    NfsClients clients;   ///< guarded by applying
    std::mutex applying;  ///< held while the NFS server is told: as long as that takes
    std::vector<api::NfsExport> offered;
    mutable std::mutex offered_mutex;  ///< of offered; held for moments, taken after applying

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

Result<void> NfsExports::State::apply(const std::string& withheld) {
    DIM_TRY(std::vector<api::NfsExport> exports, wanted(clients, withheld));
    std::set<std::string> paths;
    for (const api::NfsExport& entry : exports)
        paths.insert(entry.path);
    DIM_TRY(const auto numbers, number_exports(database, paths));
    std::vector<GaneshaExport> blocks;
    for (const api::NfsExport& entry : exports) {
        blocks.push_back(
            {.id = numbers.at(entry.path),
             .source = entry.source,
             .path = entry.path,
             .client = entry.client,
             .access = entry.is_writable ? ExportAccess::read_write : ExportAccess::read_only});
    }
    const std::string recovery = ganesha_recovery_directory(directory);
    DIM_CHECK(sys::ensure_directory(recovery, 0700));
    DIM_TRY(std::string text, render_ganesha_configuration(server, recovery, blocks));
    const std::vector<ConfigFile> files{
        {.path = ganesha_configuration_file(directory), .bytes = std::move(text), .mode = 0644}};
    if (auto applied = ganesha.apply(files); !applied)
        return fail(std::move(applied).error().with_context("NFS server"));
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

NfsExports::NfsExports(Images& images, Database& database, ConfiguredService& ganesha,
                       model::Ipv4Address server, std::string directory)
    : state_(new State{.images = images,
                       .database = database,
                       .ganesha = ganesha,
                       .directory = std::move(directory),
                       .server = server,
                       .clients = {},
                       .applying = {},
                       .offered = {},
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

std::vector<api::NfsExport> NfsExports::exports() const { return state_->told(); }

Result<std::optional<std::string>> NfsExports::reload_reason(const NfsClients& clients) const {
    DIM_TRY(const auto wanted, state_->wanted(clients, ""));
    const auto told = state_->told();
    if (wanted == told) return std::nullopt;
    const auto before = texts(told);
    const auto after = texts(wanted);
    return changed_items({before.begin(), before.end()}, {after.begin(), after.end()}, "export");
}

}  // namespace dim::server
