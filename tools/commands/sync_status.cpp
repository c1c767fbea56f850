#include "tools/commands/commands.hpp"
#include "tools/output/sync_text.hpp"
#include "tools/sync.hpp"

#include <iostream>

namespace dim::tool {

Action sync_status(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("IMAGE", *name, "of this image alone");
    return [=](Context& context) -> Outcome<> {
        std::optional<model::ImageName> wanted;
        if (!name->empty()) {
            DIM_TRY(wanted, from_word(model::ImageName::parse(*name)));
        }
        DIM_TRY(const auto images, context.client.get<api::ImageList>("/v1/images"));
        DIM_TRY(const auto blade_images,
                context.client.get<api::BladeImageList>("/v1/blade-images"));
        DIM_TRY(const auto status, context.client.get<api::ClusterStatus>("/v1/status"));
        DIM_TRY(const auto open,
                context.client.post<api::SyncConflictList>(
                    "/v1/sync-conflicts", api::SyncConflictQuery{.image = wanted, .counts = true}));
        SyncStatus found =
            sync_status_of(images.images, blade_images.blade_images, status.blades, open.counts);
        if (wanted)
            std::erase_if(found.groups,
                          [&](const SyncStatus::Group& group) { return group.image != *wanted; });
        std::cout << (context.json ? sync_status_json(found)
                                   : sync_status_text(found, fold_with(context)));
        return {};
    };
}

}  // namespace dim::tool
