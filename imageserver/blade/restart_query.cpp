#include "imageserver/blade/restart_query.hpp"

#include "imageserver/blade/blade_status.hpp"

namespace dim::server {

using model::ComponentName;

/// Whether its image became one of another generation than the shared root that it has.
Result<bool> RestartQuery::has_other_generation(const BootRecord& boot) const {
    if (!boot.image || !boot.generation) return false;
    const auto image = images_.blade_image(boot.blade, *boot.image);
    if (image) return image->generation != *boot.generation;
    if (image.error().code() == ErrorCode::not_found) return false;
    return fail(image.error());
}

Result<void> RestartQuery::tell_processes(const BootRecord& boot, api::BladeRestarts& answer) {
    DIM_TRY(BootRestarts known, journal_.restarts(boot));
    DIM_TRY(const bool is_behind, has_other_generation(boot));
    answer.found = std::move(known.found);
    if (is_behind)
        answer.state = "waiting";
    else if (answer.found)
        answer.state = "known";
    else
        answer.state = known.is_expected ? "silent" : "unchanged";
    return {};
}

Result<void> RestartQuery::tell_kernel(const BootRecord& boot, api::BladeRestarts& answer) {
    DIM_TRY(const auto image, assignments_.image_of(boot.blade));
    if (!image || !boot.kernel_release) return {};
    DIM_TRY(auto next, next_kernel_(*image));
    if (!next || *next == *boot.kernel_release) return {};
    answer.kernel = boot.kernel_release;
    answer.next_kernel = std::move(next);
    return {};
}

Result<api::BladeRestarts> RestartQuery::look_at(const RosterEntry& entry, Moment now) {
    const ComponentName& blade = entry.blade.name;
    api::BladeRestarts answer{.blade = blade, .state = "off"};
    DIM_TRY(const auto boot, journal_.newest_boot(blade));
    const auto status = blade_status({entry.blade, entry.address, std::nullopt, boot}, now,
                                     journal_.listening_since());
    if (!boot || status.state != model::BladeState::running) return answer;
    DIM_CHECK(tell_processes(*boot, answer));
    DIM_CHECK(tell_kernel(*boot, answer));
    return answer;
}

Result<api::RestartList> RestartQuery::look(const api::RestartQuery& query, Moment now) {
    api::RestartList list;
    for (const ComponentName& blade : query.blades) {
        DIM_TRY(const RosterEntry entry, roster_.find(blade));
        DIM_TRY(api::BladeRestarts answer, look_at(entry, now));
        list.blades.push_back(std::move(answer));
    }
    return list;
}

}  // namespace dim::server
