#include "imageserver/look/blade_looks.hpp"

#include "imageserver/image/tree_generations.hpp"

#include <algorithm>
#include <iterator>

namespace dim::server {

using model::ComponentName;
using model::ImageName;

Result<api::BladeImage> BladeLooks::choose(const ComponentName& blade,
                                           const std::optional<ImageName>& image) {
    if (image) return images_.blade_image(blade, *image);
    DIM_TRY(const std::optional<ImageName> assigned, assignments_.image_of(blade));
    if (assigned) return images_.blade_image(blade, *assigned);
    DIM_TRY(const std::vector<api::BladeImage> all, images_.blade_images());
    std::vector<api::BladeImage> own;
    std::ranges::copy_if(all, std::back_inserter(own),
                         [&](const api::BladeImage& one) { return one.blade == blade; });
    if (own.size() == 1) return std::move(own.front());
    if (own.empty())
        return fail(Error(ErrorCode::not_found, "there is no image of blade " + to_string(blade))
                        .with_cure("create one: dim blade create " + to_string(blade) + " IMAGE"));
    std::string names;
    for (const api::BladeImage& one : own)
        names += " " + to_string(one.image);
    return fail(Error(ErrorCode::invalid_input,
                      to_string(blade) + " has images of" + names + ", and none is assigned")
                    .with_cure("say of which image"));
}

Result<BladeLooks::Golden> BladeLooks::golden_of(const api::BladeImage& image) {
    const TreeGenerations tree(ImagePart::golden, image.image, paths_);
    for (;;) {
        DIM_TRY(const api::ImageSummary before, images_.image(image.image));
        const auto read = [&]() -> Result<Golden> {
            DIM_TRY(TreeRecord newest, tree.record(before.generation));
            if (image.generation == before.generation)
                return Golden{newest.tree.manifest, std::move(newest)};
            DIM_TRY(manifest::Manifest then, tree.manifest_of(image.generation, before.generation));
            return Golden{std::move(then), std::move(newest)};
        };
        Result<Golden> golden = read();
        if (golden) return golden;
        // While it was read, the next generation may have come into force.
        DIM_TRY(const api::ImageSummary after, images_.image(image.image));
        if (after.generation == before.generation) return golden;
    }
}

}  // namespace dim::server
