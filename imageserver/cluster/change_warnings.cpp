#include "imageserver/cluster/change_warnings.hpp"

#include "imageserver/blade/blade_status.hpp"
#include "libdim/cluster/definition/blade_bay.hpp"
#include "libdim/cluster/names/fold_names.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace dim::server {

using model::ComponentName;

namespace {

/// So many are told one by one.
constexpr std::size_t kLostMacsShown = 16;
constexpr std::size_t kSharedBaysShown = 16;

/// "s01c1b03 has 00:…, would have 00:…": nothing when NEXT leaves ENTRY the MAC that it learned.
std::optional<std::string> lost_mac_text(const RosterEntry& entry,
                                         const cluster::Definition& next) {
    const cluster::Blade* after = cluster::find_blade(next, entry.blade.name);
    if (!entry.learned || after == nullptr || after->mac == entry.learned->mac) return std::nullopt;
    const std::string has =
        to_string(entry.blade.name) + " has " + to_string(entry.learned->mac) + ", would have ";
    if (after->mac) return has + to_string(*after->mac);
    const auto owner = std::ranges::find(next.blades, entry.learned->mac, &cluster::Blade::mac);
    if (owner == next.blades.end()) return std::nullopt;
    return has + "none: that becomes the MAC of " + to_string(owner->name);
}

std::optional<std::string> lost_macs_warning(const std::vector<RosterEntry>& entries,
                                             const cluster::Definition& next) {
    std::string text;
    std::size_t count = 0;
    for (const RosterEntry& entry : entries) {
        const auto lost = lost_mac_text(entry, next);
        if (!lost || ++count > kLostMacsShown) continue;
        text += (text.empty() ? "" : "; ") + *lost;
    }
    if (count == 0) return std::nullopt;
    if (count > kLostMacsShown) text += "; " + std::to_string(count - kLostMacsShown) + " more";
    return "MACs that were learned would count no more: " + text +
           "; a blade that runs with one loses its root file system";
}

/// What is told of bays that NEXT says of several blades.
std::optional<std::string> shared_bays_warning(const cluster::Definition& next) {
    const auto shared = cluster::BladeBays(next).shared();
    if (shared.empty()) return std::nullopt;
    std::string text;
    for (const auto& [bay, blades] :
         std::span(shared).first(std::min(shared.size(), kSharedBaysShown))) {
        std::vector<cluster::Position> positions;
        for (const cluster::Blade* blade : blades)
            positions.push_back(blade->position);
        text += (text.empty() ? "" : "; ") +
                cluster::fold_names(next.taxonomy, std::move(positions)) + " are bay " +
                std::to_string(bay.bay) + " of " + to_string(bay.module->name);
    }
    if (shared.size() > kSharedBaysShown)
        text += "; " + std::to_string(shared.size() - kSharedBaysShown) + " more bays";
    return "blades that are the same get no power command and no console: " + text +
           "; give each its own bay: properties 'module' and 'bay'";
}

}  // namespace

Result<std::vector<std::string>> ChangeWarnings::of(const cluster::Definition& next, Moment now) {
    DIM_TRY(const auto assigned, assignments_.all());
    DIM_TRY(const auto images, images_.blade_images());
    DIM_TRY(const auto boots, journal_.newest_boots());
    std::set<ComponentName> in_use;
    for (const auto& [blade, image] : assigned)
        in_use.insert(blade);
    for (const api::BladeImage& image : images)
        in_use.insert(image.blade);
    const auto before = roster_.definition();
    // File handles are those of one server, and the paths that blades have mounted.
    const bool has_other_nfs_server = before->services.nfs != next.services.nfs;
    std::vector<cluster::Position> cut_off;
    std::vector<cluster::Position> left_behind;
    std::vector<cluster::Position> unlearned;
    for (const RosterEntry& entry : roster_.entries()) {
        const cluster::Blade* after = cluster::find_blade(next, entry.blade.name);
        if (entry.learned && after != nullptr && after->server != roster_.server() && !after->mac) {
            DIM_TRY(const auto position, before->taxonomy.find(to_string(entry.blade.name)));
            unlearned.push_back(position);
        }
        const bool is_gone = after == nullptr || after->server != roster_.server();
        if (!is_gone && !has_other_nfs_server &&
            cluster::bootnet_address(next, *after) == entry.address)
            continue;
        DIM_TRY(const auto position, before->taxonomy.find(to_string(entry.blade.name)));
        const auto boot = boots.find(entry.blade.name);
        const BladeFacts facts{entry.blade, entry.address, std::nullopt,
                               boot == boots.end() ? std::nullopt : std::optional(boot->second)};
        if (is_up(blade_status(facts, now, journal_.listening_since()).state))
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
    if (!unlearned.empty()) {
        texts.push_back(cluster::fold_names(before->taxonomy, std::move(unlearned)) +
                        ": their MACs were learned here, and their new server has to learn them: "
                        "dim blade discover");
    }
    if (auto lost = lost_macs_warning(roster_.entries(), next)) texts.push_back(*std::move(lost));
    if (auto bays = shared_bays_warning(next)) texts.push_back(*std::move(bays));
    return texts;
}

}  // namespace dim::server
