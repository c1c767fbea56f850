#include "libdim/api/image_messages.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/table.hpp"
#include "tools/output/words.hpp"

#include <iostream>

namespace dim::tool {

namespace {

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

}  // namespace

Action image_list(CLI::App&) {
    return [](Context& context) { return list_images(context); };
}

}  // namespace dim::tool
