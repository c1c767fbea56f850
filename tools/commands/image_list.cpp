#include "libdim/model/byte_size.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

std::string size_text(std::uint64_t bytes) { return to_string(model::ByteSize(bytes)); }

Outcome<> list_images(const Context& context) {
    DIM_TRY(const auto list, context.client.get<api::ImageList>("/v1/images"));
    if (context.json) {
        std::cout << to_json(list) << '\n';
        return {};
    }
    Table table(
        {"IMAGE", "ARCH", "GENERATION", "BLADE IMAGES", "SIZE EACH", "BOOT FILE", "CREATED"});
    for (const api::ImageSummary& image : list.images) {
        table.add_row({to_string(image.name), std::string(to_string(image.architecture)),
                       to_string(image.generation), std::to_string(image.blade_images),
                       size_text(image.blade_image_bytes),
                       image.zimage_bytes ? size_text(*image.zimage_bytes) : "",
                       to_string(image.created).substr(0, 19)});
    }
    std::cout << table.text();
    if (table.is_empty())
        std::cerr
            << "There is no image yet: 'dim image import NAME DIRECTORY --arch ARCH' makes one.\n";
    return {};
}

Outcome<> list_blade_images(const Context& context) {
    DIM_TRY(const auto list, context.client.get<api::BladeImageList>("/v1/blade-images"));
    if (context.json) {
        std::cout << to_json(list) << '\n';
        return {};
    }
    Table table(
        {"BLADE", "IMAGE", "GENERATION", "SIZE", "ON DISK", "MOUNTED", "EXPORTED", "CAUSE"});
    for (const api::BladeImage& image : list.blade_images) {
        table.add_row({to_string(image.blade), to_string(image.image), to_string(image.generation),
                       size_text(image.size_bytes), size_text(image.used_bytes),
                       image.is_mounted ? "yes" : "no", image.is_exported ? "yes" : "no",
                       image.cause.value_or("")});
    }
    std::cout << table.text();
    return {};
}

}  // namespace

Action image_list(CLI::App& app) {
    auto blades = std::make_shared<bool>(false);
    app.add_flag("--blades", *blades, "list the blade images instead");
    return [=](Context& context) {
        return *blades ? list_blade_images(context) : list_images(context);
    };
}

}  // namespace dim::tool
