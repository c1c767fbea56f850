#include "imageserver/edit/export_edits.hpp"

namespace dim::server {

using model::ComponentName;

Result<std::function<void()>> ExportEdits::set(const api::ImageOfBlades& request, Offer offer) {
    const bool is_exported = offer == Offer::offered;
    std::vector<ComponentName> changed;
    const auto undo = [this, image = request.image,
                       is_exported](const std::vector<ComponentName>& blades) {
        // One that has been deleted meanwhile needs no undoing.
        for (const ComponentName& blade : blades)
            (void)images_.set_exported(blade, image, !is_exported);
    };
    for (const ComponentName& blade : request.blades) {
        const auto image = images_.blade_image(blade, request.image);
        if (image && image->is_exported == is_exported) continue;
        const auto set =
            image ? images_.set_exported(blade, request.image, is_exported) : fail(image.error());
        if (!set) {
            undo(changed);
            return fail(Error(set.error())
                            .with_default_cure("dim blade create " + to_string(blade) + ' ' +
                                               to_string(request.image)));
        }
        changed.push_back(blade);
    }
    const std::string text =
        "image " + to_string(request.image) + (is_exported ? " exported" : " no longer exported");
    DIM_CHECK(blades_.tell(request.blades, text));
    return [this, undo, changed = std::move(changed), text] {
        undo(changed);
        // What is told is only told: the answer to the administrator has the cause.
        (void)blades_.tell(changed, text + ": taken back, the NFS server did not accept it");
    };
}

Result<Edit> ExportEdits::export_images(const api::ImageOfBlades& request,
                                        const Progress& progress) {
    DIM_CHECK(blades_.require(request.blades));
    DIM_TRY(auto take_back, set(request, Offer::offered));
    progress("telling the NFS server", 0, 0);
    return Edit{.done = "image " + to_string(request.image) + " exported to " +
                        blades_text(request.blades),
                .needs = {.exports = true},
                .take_back = std::move(take_back)};
}

Result<Edit> ExportEdits::unexport_images(const api::ImageOfBlades& request,
                                          const Progress& progress) {
    DIM_CHECK(require_any(request.blades));
    for (const ComponentName& blade : request.blades)
        DIM_CHECK(blades_.check_unused(blade, request.image));
    DIM_TRY(auto take_back, set(request, Offer::withdrawn));
    progress("telling the NFS server", 0, 0);
    return Edit{.done = "image " + to_string(request.image) + " no longer exported to " +
                        blades_text(request.blades),
                .needs = {.exports = true},
                .take_back = std::move(take_back)};
}

}  // namespace dim::server
