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

Result<void> EditedBlades::check_unused(const ComponentName& blade, const ImageName& image) {
    const auto entry = roster_.find(blade);
    if (!entry) return {};  // what is no blade any more cannot run
    DIM_TRY(const auto boot, journal_.newest_boot(blade));
    const auto status = blade_status({entry->blade, entry->address, std::nullopt, boot},
                                     clock_.now(), journal_.listening_since());
    if (!is_up(status.state) || status.image != image) return {};
    return fail(Error(ErrorCode::conflict, to_string(blade) + " is " +
                                               std::string(to_string(status.state)) + " from " +
                                               to_string(image))
                    .with_cure("power the blade off first"));
}

Result<void> EditedBlades::tell(std::span<const ComponentName> blades, std::string text) {
    return journal_.note(blades,
                         {clock_.now(), "administrator", std::nullopt, std::move(text), {}});
}

}  // namespace dim::server
