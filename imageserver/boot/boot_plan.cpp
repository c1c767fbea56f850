#include "imageserver/boot/boot_plan.hpp"

#include "imageserver/boot/boot_limits.hpp"

namespace dim::server {

namespace {

api::NfsMount shared_mount(const BootPlanFacts& facts, model::Generation generation,
                           const std::string& directory) {
    return {to_string(facts.server) + ":/shared/" + to_string(*facts.assigned) + '/' +
                to_string(generation) + '/' + directory,
            '/' + directory, std::string(kSharedRootOptions)};
}

}  // namespace

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
    api::BootPlan plan{.boot_id = {},
                       .token = {},
                       .blade = facts.blade,
                       .image = image,
                       .generation = generation,
                       .root = {to_string(facts.server) + ":/blades/" + to_string(facts.blade) +
                                    '/' + to_string(image),
                                "/", std::string(kBladeImageOptions)},
                       .shared = {},
                       .init = facts.image->init,
                       .heartbeat_seconds = kHeartbeatSeconds};
    for (const std::string& directory : facts.image->shared)
        plan.shared.push_back(shared_mount(facts, generation, directory));
    return plan;
}

}  // namespace dim::server
