#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"
#include "tools/output/words.hpp"
#include "tools/whole_cluster.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

namespace dim::tool {

namespace {

/// Takes out of IMAGES what is of no blade in SELECTION; nothing when no range was named.
template <class BladeImages>
Outcome<> keep_selected(const Context& context, const BladeSelection& selection,
                        BladeImages& images) {
    if (selection.ranges.empty()) return {};
    DIM_TRY(auto blades, selection.resolve(context));
    std::ranges::sort(blades);
    std::erase_if(images, [&](const auto& image) {
        return !std::ranges::binary_search(blades, image.blade);
    });
    return {};
}

std::string blade_images_text(const Context& context, const api::BladeImageList& list) {
    if (context.json) return to_json(list) + '\n';
    Table table({"BLADE", "IMAGE", "GENERATION", "PINNED", "SIZE", "ON DISK", "MOUNTED", "EXPORTED",
                 "CAUSE"});
    for (const api::BladeImage& image : list.blade_images) {
        table.add_row({to_string(image.blade), to_string(image.image), to_string(image.generation),
                       image.is_pinned ? "yes" : "no", size_text(image.size_bytes),
                       size_text(image.used_bytes), image.is_mounted ? "yes" : "no",
                       image.is_exported ? "yes" : "no", image.cause.value_or("")});
    }
    return table.text();
}

Outcome<> list_blade_images(const Context& context, const BladeSelection& selection) {
    if (selection.ranges.empty()) {
        DIM_TRY(const auto servers, whole_cluster(context));
        if (!servers.empty())
            return print_answers(context, servers, "blade-images",
                                 [&](const std::string& answer) -> Outcome<std::string> {
                                     DIM_TRY(const auto list,
                                             api::parse<api::BladeImageList>(answer));
                                     return blade_images_text(context, list);
                                 });
    }
    DIM_TRY(auto list, context.client.get<api::BladeImageList>("/v1/blade-images"));
    DIM_CHECK(keep_selected(context, selection, list.blade_images));
    std::cout << blade_images_text(context, list);
    return {};
}

/// "in 6 d", "when it is purged".
std::string end_text(const api::TrashedBladeImage& image) {
    return image.seconds_left ? "in " + duration_text(image.seconds_left) : "when it is purged";
}

Outcome<> list_trash(const Context& context, const BladeSelection& selection) {
    if (selection.ranges.empty()) {
        DIM_TRY(auto servers, whole_cluster(context));
        if (!servers.empty()) return std::unexpected(to_each(std::move(servers)));
    }
    DIM_TRY(auto list, context.client.get<api::TrashList>("/v1/trash"));
    DIM_CHECK(keep_selected(context, selection, list.images));
    if (context.json) {
        std::cout << to_json(list) << '\n';
        return {};
    }
    Table table({"BLADE", "IMAGE", "GENERATION", "SIZE", "ON DISK", "AGE", "GOES", "REASON"});
    for (const api::TrashedBladeImage& image : list.images) {
        table.add_row({to_string(image.blade), to_string(image.image), to_string(image.generation),
                       size_text(image.size_bytes), size_text(image.used_bytes),
                       duration_text(image.age_seconds), end_text(image), image.reason});
    }
    std::cout << table.text();
    return {};
}

}  // namespace

Action blade_list(CLI::App& app) {
    auto selection = std::make_shared<BladeSelection>();
    auto is_trash = std::make_shared<bool>(false);
    selection->add_options(app);
    app.add_flag("--trash", *is_trash, "list those that were deleted instead");
    return [=](Context& context) {
        return *is_trash ? list_trash(context, *selection) : list_blade_images(context, *selection);
    };
}

}  // namespace dim::tool
