#include "imageserver/administration/administration.hpp"

#include "imageserver/blade/blade_status.hpp"
#include "libdim/cluster/names/fold_names.hpp"

#include <map>
#include <set>

namespace dim::server {

namespace {

using model::ComponentName;
using model::ImageName;

/// "s01c1b01", "3 blades"
std::string blades_text(std::span<const ComponentName> blades) {
    if (blades.size() == 1) return to_string(blades.front());
    return std::to_string(blades.size()) + " blades";
}

bool is_up(model::BladeState state) {
    return state == model::BladeState::running || state == model::BladeState::booting;
}

Result<void> require_blades(std::span<const ComponentName> blades) {
    if (!blades.empty()) return {};
    return fail(ErrorCode::invalid_input, "the list of blades is empty");
}

}  // namespace

Result<Edit> Administration::import_image(const api::ImportImage& request,
                                          const Progress& progress) {
    DIM_CHECK(modules_.import_image(request, progress));
    progress("offering the shared root", 0, 0);
    return Edit{.done = "image " + to_string(request.name) + " generation 1 imported from " +
                        request.directory,
                .needs = {.exports = true}};
}

Result<Edit> Administration::create_blade_images(const api::ImageOfBlades& request,
                                                 const Progress& progress) {
    DIM_CHECK(require_blades(request.blades));
    for (const ComponentName& blade : request.blades) {
        DIM_CHECK(roster_.find(blade));
    }
    std::size_t made = 0;
    for (const ComponentName& blade : request.blades) {
        progress("blade image of " + to_string(blade), made, request.blades.size());
        const auto created = modules_.create_blade_image(blade, request.image, progress);
        if (created) {
            ++made;
            DIM_CHECK(tell({&blade, 1}, "blade image of " + to_string(request.image) + " created"));
        } else if (created.error().code() != ErrorCode::already_exists) {
            return fail(Error(created.error())
                            .with_default_cure("dim image import")
                            .with_context(to_string(blade)));
        }
    }
    const std::size_t kept = request.blades.size() - made;
    std::string done =
        "blade images of " + to_string(request.image) + ": " + std::to_string(made) + " created";
    if (kept != 0) done += ", " + std::to_string(kept) + " there already";
    return Edit{.done = std::move(done)};
}

Result<Edit> Administration::delete_blade_image(const ComponentName& blade,
                                                const ImageName& image) {
    DIM_CHECK(check_unused(blade, image));
    DIM_CHECK(modules_.delete_blade_image(blade, image));
    DIM_CHECK(tell({&blade, 1}, "blade image of " + to_string(image) + " deleted"));
    return Edit{.done =
                    "blade image of " + to_string(image) + " for " + to_string(blade) + " deleted"};
}

Result<void> Administration::check_unused(const ComponentName& blade, const ImageName& image) {
    const auto entry = roster_.find(blade);
    if (!entry) return {};  // what is no blade any more cannot run
    DIM_TRY(const auto boot, log_.newest_boot(blade));
    const auto status = blade_status({entry->blade, entry->address, std::nullopt, boot},
                                     modules_.now(), log_.listening_since());
    if (!is_up(status.state) || status.image != image) return {};
    return fail(Error(ErrorCode::conflict, to_string(blade) + " is " +
                                               std::string(to_string(status.state)) + " from " +
                                               to_string(image))
                    .with_cure("power the blade off first"));
}

/// What takes it back.
Result<std::function<void()>> Administration::set_exported(const api::ImageOfBlades& request,
                                                           bool is_exported) {
    std::vector<ComponentName> changed;
    const auto undo = [this, image = request.image,
                       is_exported](const std::vector<ComponentName>& blades) {
        for (const ComponentName& blade : blades)
            (void)modules_.set_exported(blade, image, !is_exported);
    };
    for (const ComponentName& blade : request.blades) {
        const auto image = modules_.blade_image(blade, request.image);
        if (!image) {
            undo(changed);
            return fail(Error(image.error())
                            .with_default_cure("dim image create " + to_string(request.image) +
                                               ' ' + to_string(blade)));
        }
        if (image->is_exported == is_exported) continue;
        if (auto set = modules_.set_exported(blade, request.image, is_exported); !set) {
            undo(changed);
            return fail(set.error());
        }
        changed.push_back(blade);
    }
    const std::string text =
        "image " + to_string(request.image) + (is_exported ? " exported" : " no longer exported");
    DIM_CHECK(tell(request.blades, text));
    return [this, undo, changed = std::move(changed), text] {
        undo(changed);
        (void)tell(changed, text + ": taken back, the NFS server did not accept it");
    };
}

Result<Edit> Administration::export_images(const api::ImageOfBlades& request,
                                           const Progress& progress) {
    DIM_CHECK(require_blades(request.blades));
    for (const ComponentName& blade : request.blades) {
        DIM_CHECK(roster_.find(blade));
    }
    DIM_TRY(auto take_back, set_exported(request, true));
    progress("telling the NFS server", 0, 0);
    return Edit{.done = "image " + to_string(request.image) + " exported to " +
                        blades_text(request.blades),
                .needs = {.exports = true},
                .take_back = std::move(take_back)};
}

Result<Edit> Administration::unexport_images(const api::ImageOfBlades& request,
                                             const Progress& progress) {
    DIM_CHECK(require_blades(request.blades));
    for (const ComponentName& blade : request.blades) {
        DIM_CHECK(check_unused(blade, request.image));
    }
    DIM_TRY(auto take_back, set_exported(request, false));
    progress("telling the NFS server", 0, 0);
    return Edit{.done = "image " + to_string(request.image) + " no longer exported to " +
                        blades_text(request.blades),
                .needs = {.exports = true},
                .take_back = std::move(take_back)};
}

Result<void> Administration::check_assignable(const RosterEntry& entry,
                                              const api::ImageSummary& image) {
    const ComponentName& blade = entry.blade.name;
    const auto architecture = model::architecture_of(entry.blade.type);
    if (image.architecture != architecture) {
        return fail(Error(ErrorCode::conflict,
                          "image " + to_string(image.name) + " is for " +
                              std::string(to_string(image.architecture)) + ", " + to_string(blade) +
                              " is a " + std::string(to_string(entry.blade.type)) + ", which is " +
                              std::string(to_string(architecture)))
                        .with_cure("assign an image for " + std::string(to_string(architecture))));
    }
    const auto blade_image = modules_.blade_image(blade, image.name);
    if (blade_image) return {};
    return fail(Error(blade_image.error())
                    .with_default_cure("dim image create " + to_string(image.name) + ' ' +
                                       to_string(blade)));
}

Result<Edit> Administration::assign(const api::ImageOfBlades& request, const Progress& progress) {
    DIM_CHECK(require_blades(request.blades));
    DIM_TRY(const auto image, modules_.image(request.image));
    for (const ComponentName& blade : request.blades) {
        DIM_TRY(const auto entry, roster_.find(blade));
        DIM_CHECK(check_assignable(entry, image));
    }
    DIM_TRY(const auto boot_file, modules_.boot_file(request.image));
    if (!boot_file) {
        return fail(Error(ErrorCode::not_found,
                          "image " + to_string(request.image) + " has no boot file yet")
                        .with_cure("dim buildzimage " + to_string(request.image)));
    }
    DIM_CHECK(assignments_.assign(request.blades, request.image, modules_.now()));
    DIM_CHECK(tell(request.blades,
                   "image " + to_string(request.image) + " assigned; it takes it when it boots"));
    progress("telling the DHCP server", 0, 0);
    return Edit{.done = "image " + to_string(request.image) + " assigned to " +
                        blades_text(request.blades),
                .needs = {.dhcp = true}};
}

Result<Edit> Administration::unassign(const api::Blades& request, const Progress& progress) {
    DIM_CHECK(require_blades(request.blades));
    for (const ComponentName& blade : request.blades) {
        DIM_CHECK(roster_.find(blade));
    }
    DIM_CHECK(assignments_.unassign(request.blades));
    DIM_CHECK(tell(request.blades, "image no longer assigned"));
    progress("telling the DHCP server", 0, 0);
    return Edit{.done = "no image is assigned to " + blades_text(request.blades) + " any more",
                .needs = {.dhcp = true}};
}

Result<Edit> Administration::build_boot_file(const api::BuildBootFile& request,
                                             const Progress& progress) {
    DIM_TRY(const auto file, modules_.build_boot_file(request, progress));
    progress("telling the DHCP server", 0, 0);
    return Edit{.done =
                    "boot file " + file.path + " built, " + std::to_string(file.bytes) + " bytes",
                .needs = {.dhcp = true}};
}

Result<std::vector<api::DhcpHost>> Administration::dhcp_hosts(const Roster& roster) {
    DIM_TRY(const auto images, assignments_.all());
    std::map<ImageName, std::optional<std::string>> boot_files;
    std::vector<api::DhcpHost> hosts;
    for (const RosterEntry& entry : roster.entries()) {
        if (!entry.blade.mac) continue;  // DHCP knows nobody without one
        api::DhcpHost host{entry.blade.name, *entry.blade.mac, entry.address, std::nullopt,
                           std::nullopt};
        if (const auto found = images.find(entry.blade.name); found != images.end()) {
            host.image = found->second;
            if (!boot_files.contains(found->second)) {
                // An image that is gone is told to the blade when it asks for its plan.
                const auto file = modules_.boot_file(found->second);
                boot_files.emplace(found->second,
                                   file && *file ? std::optional((*file)->path) : std::nullopt);
            }
            host.boot_file = boot_files.at(found->second);
        }
        hosts.push_back(std::move(host));
    }
    return hosts;
}

Result<std::vector<std::string>> Administration::warnings(const cluster::Definition& next,
                                                          std::span<const api::BladeImage> images) {
    DIM_TRY(const auto assigned, assignments_.all());
    DIM_TRY(const auto boots, log_.newest_boots());
    std::set<ComponentName> in_use;
    for (const auto& [blade, image] : assigned)
        in_use.insert(blade);
    for (const api::BladeImage& image : images)
        in_use.insert(image.blade);
    const auto before = roster_.definition();
    std::vector<cluster::Position> cut_off;
    std::vector<cluster::Position> left_behind;
    for (const RosterEntry& entry : roster_.entries()) {
        const cluster::Blade* after = cluster::find_blade(next, entry.blade.name);
        const bool is_gone = after == nullptr || after->server != roster_.server();
        if (!is_gone && cluster::bootnet_address(next, *after) == entry.address) continue;
        DIM_TRY(const auto position, before->taxonomy.find(to_string(entry.blade.name)));
        const auto boot = boots.find(entry.blade.name);
        const BladeFacts facts{entry.blade, entry.address, std::nullopt,
                               boot == boots.end() ? std::nullopt : std::optional(boot->second)};
        if (is_up(blade_status(facts, modules_.now(), log_.listening_since()).state))
            cut_off.push_back(position);
        if (is_gone && in_use.contains(entry.blade.name)) left_behind.push_back(position);
    }
    std::vector<std::string> texts;
    if (!cut_off.empty()) {
        texts.push_back(cluster::fold_names(before->taxonomy, std::move(cut_off)) +
                        ": up now, would lose their root file system; power them off first");
    }
    if (!left_behind.empty()) {
        texts.push_back(cluster::fold_names(before->taxonomy, std::move(left_behind)) +
                        ": images and assignments stay, unused, until the definition has these "
                        "blades again; what should not stay, take away before");
    }
    return texts;
}

Result<void> Administration::tell(std::span<const ComponentName> blades, std::string text) {
    return log_.note(blades, {modules_.now(), "administrator", std::nullopt, std::move(text), {}});
}

}  // namespace dim::server
