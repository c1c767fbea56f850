#include "imageserver/blade/restart_query.hpp"

#include "imageserver/blade/blade_status.hpp"

namespace dim::server {

using model::ComponentName;

/// Nothing when the blade has no such image.
Result<std::optional<model::Generation>>
RestartQuery::generation_of(const ComponentName& blade, const model::ImageName& image) const {
    const auto found = images_.blade_image(blade, image);
    if (found) return std::optional(found->generation);
    if (found.error().code() == ErrorCode::not_found) return std::optional<model::Generation>();
    return fail(found.error());
}

Result<void> RestartQuery::tell_processes(const BootRecord& boot, api::BladeRestarts& answer) {
    DIM_TRY(BootRestarts known, journal_.restarts(boot));
    // Its image became one of another generation than the shared root that it has.
    bool is_behind = false;
    if (boot.image && boot.generation) {
        DIM_TRY(const auto generation, generation_of(boot.blade, *boot.image));
        is_behind = generation && *generation != *boot.generation;
    }
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
    if (!image) return {};
    DIM_TRY(const auto generation, generation_of(boot.blade, *image));
    if (!generation) return {};
    DIM_TRY(const auto file, boot_file_(*image, *generation));
    const auto other = file ? other_kernel(boot, *file) : std::nullopt;
    if (!other) return {};
    answer.kernel = other->runs;
    answer.next_kernel = other->next;
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
