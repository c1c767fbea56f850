#include "tools/commands/commands.hpp"
#include "tools/output/image_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

Action image_generations(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("IMAGE", *name, "the image")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto image, from_word(model::ImageName::parse(*name)));
        DIM_TRY(const auto list, context.client.get<api::ImageGenerationList>(
                                     "/v1/images/" + to_string(image) + "/generations"));
        std::cout << (context.json ? to_json(list) + '\n' : generations_text(list));
        return {};
    };
}

}  // namespace dim::tool
