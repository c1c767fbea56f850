#include "imageserver/edit/edited_blades.hpp"

#include "imageserver/blade/blade_status.hpp"

namespace dim::server {

using model::ComponentName;
using model::ImageName;

Result<void> require_any(std::span<const ComponentName> blades) {
    if (!blades.empty()) return {};
    return fail(ErrorCode::invalid_input, "the list of blades is empty");
}

std::string blades_text(std::span<const ComponentName> blades) {
    if (blades.size() == 1) return to_string(blades.front());
    return std::to_string(blades.size()) + " blades";
}

Result<void> EditedBlades::require(std::span<const ComponentName> blades) const {
    DIM_CHECK(require_any(blades));
    for (const ComponentName& blade : blades)
        DIM_CHECK(roster_.find(blade));
    return {};
}

Result<std::optional<EditedBlades::Up>> EditedBlades::up_from(const ComponentName& blade,
                                                              const ImageName& image) {
    const auto entry = roster_.find(blade);
    if (!entry) return std::nullopt;  // what is no blade any more cannot run
    DIM_TRY(auto boot, journal_.newest_boot(blade));
    const auto status = blade_status({entry->blade, entry->address, std::nullopt, boot},
                                     clock_.now(), journal_.listening_since());
    if (!boot || !is_up(status.state) || status.image != image) return std::nullopt;
    return Up{.state = status.state, .boot = *std::move(boot)};
}

Result<std::optional<BootRecord>> EditedBlades::boot_from(const ComponentName& blade,
                                                          const ImageName& image) {
    DIM_TRY(auto up, up_from(blade, image));
    if (!up) return std::nullopt;
    return std::move(up->boot);
}

Result<void> EditedBlades::check_unused(const ComponentName& blade, const ImageName& image) {
    DIM_TRY(const auto up, up_from(blade, image));
    if (!up) return {};
    return fail(Error(ErrorCode::conflict, to_string(blade) + " is " +
                                               std::string(to_string(up->state)) + " from " +
                                               to_string(image))
                    .with_cure("power the blade off first"));
}

Result<void> EditedBlades::tell(std::span<const ComponentName> blades, std::string text) {
    return journal_.note(blades,
                         {clock_.now(), "administrator", std::nullopt, std::move(text), {}});
}

}  // namespace dim::server
