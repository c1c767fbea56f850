#include "imageserver/boot/boot_plan.hpp"

#include "imageserver/boot/boot_limits.hpp"
#include "libdim/base/parse_number.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace dim::server {

namespace {

/// nfs(5). A file that did not change is one file in both generations, and a blade that moves has
/// it open. NFS-Ganesha refuses an open owner that opens it through a second export
/// (NFS4ERR_INVAL, "Lock Owner Export Conflict"); Linux has one open owner for each superblock.
constexpr const char* kOwnSuperblock = ",nosharecache";

constexpr std::string_view kActimeo = "actimeo=";

/// "rw,vers=4.1,proto=tcp,hard,actimeo=3": nfs(5)
std::string nfs_options(const char* access, const api::NfsOptions& nfs) {
    std::string options = std::string(access) + ",vers=" + nfs.version + ",proto=tcp,hard," +
                          std::string(kActimeo) + std::to_string(nfs.actimeo_seconds);
    if (nfs.nconnect != 1) options += ",nconnect=" + std::to_string(nfs.nconnect);
    return options;
}

/// Of an export: what mount(8) is told.
std::string source_of(const NfsPlace& server, const std::string& path) {
    return to_string(server.address) + ':' + server.root + path;
}

std::vector<api::NfsMount> shared_mounts(const NfsPlace& server, const api::ImageSummary& image,
                                         model::Generation generation) {
    std::vector<api::NfsMount> mounts;
    for (const std::string& directory : image.shared) {
        mounts.push_back({source_of(server, "/shared/" + to_string(image.name) + '/' +
                                                to_string(generation) + '/' + directory),
                          '/' + directory, nfs_options("ro", image.nfs)});
    }
    return mounts;
}

}  // namespace

std::optional<std::uint32_t> actimeo_seconds(std::string_view options) {
    for (const auto option : std::views::split(options, ',')) {
        const std::string_view text(option);
        if (!text.starts_with(kActimeo)) continue;
        const auto seconds = parse_number<std::uint32_t>(text.substr(kActimeo.size()), 0);
        return seconds ? std::optional(*seconds) : std::nullopt;
    }
    return std::nullopt;
}

Result<model::ImageName> assigned_image(const model::ComponentName& blade,
                                        const std::optional<model::ImageName>& assigned) {
    if (assigned) return *assigned;
    return fail(Error(ErrorCode::not_found, "no image is assigned to " + to_string(blade))
                    .with_cure("dim dhcp assign " + to_string(blade) + " IMAGE"));
}

Result<api::BootPlan> plan_boot(const api::BootRequest& request, const BootPlanFacts& facts) {
    DIM_TRY(const auto image, assigned_image(facts.blade, facts.assigned));
    const std::string pair = to_string(facts.blade) + ' ' + to_string(image);
    if (!facts.image) {
        return fail(Error(facts.image.error())
                        .with_default_cure("dim image import, or assign another image with 'dim "
                                           "dhcp assign " +
                                           to_string(facts.blade) + " IMAGE'"));
    }
    if (facts.image->architecture != request.architecture) {
        return fail(Error(ErrorCode::conflict,
                          "image " + to_string(image) + " is for " +
                              std::string(to_string(facts.image->architecture)) +
                              ", the blade is " + std::string(to_string(request.architecture)))
                        .with_cure("dim dhcp assign " + to_string(facts.blade) + " IMAGE"));
    }
    if (!facts.blade_image)
        return fail(Error(facts.blade_image.error()).with_default_cure("dim blade create " + pair));
    if (!facts.served)
        return fail(Error(facts.served.error()).with_default_cure("dim nfs export " + pair));

    const model::Generation generation = facts.blade_image->generation;
    return api::BootPlan{.boot_id = {},
                         .token = {},
                         .blade = facts.blade,
                         .image = image,
                         .generation = generation,
                         .root = {source_of(facts.server, "/blades/" + to_string(facts.blade) +
                                                              '/' + to_string(image)),
                                  "/", nfs_options("rw", facts.image->nfs)},
                         .shared = shared_mounts(facts.server, *facts.image, generation),
                         .init = facts.image->init,
                         .heartbeat_seconds = kHeartbeatSeconds};
}

std::optional<api::SharedRoots> plan_move(const NfsPlace& server, const api::ImageSummary& from,
                                          const api::ImageSummary& to) {
    if (!std::ranges::is_permutation(from.shared, to.shared)) return std::nullopt;
    auto mounts = shared_mounts(server, to, to.generation);
    for (api::NfsMount& mount : mounts)
        mount.options += kOwnSuperblock;
    return api::SharedRoots{.generation = to.generation, .mounts = std::move(mounts)};
}

}  // namespace dim::server
