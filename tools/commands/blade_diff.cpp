#include "libdim/api/look_messages.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_answer.hpp"
#include "tools/output/look_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

Action blade_diff(CLI::App& app) {
    auto blade_text = std::make_shared<std::string>();
    auto image_text = std::make_shared<std::string>();
    app.add_option("BLADE", *blade_text, "the blade: s01c1b01, b1")->required();
    app.add_option("IMAGE", *image_text, "the blade's image of this one")
        ->default_str("the one assigned, or the only one");
    return [=](Context& context) -> Outcome<> {
        std::optional<model::ImageName> image;
        if (!image_text->empty()) {
            DIM_TRY(image, from_word(model::ImageName::parse(*image_text)));
        }
        DIM_TRY(auto blade, resolve_blade(context, *blade_text));
        DIM_TRY(const auto difference,
                follow_answer(context, "/v1/blade-differences",
                              to_json(api::BladeQuestion{std::move(blade), std::move(image)}),
                              &api::BladeDifferenceLine::difference));
        std::cout << (context.json ? to_json(difference) + '\n'
                                   : blade_difference_text(difference));
        if (difference.difference_count == 0 && !context.json)
            std::cerr << "All is as generation " << to_string(difference.generation) << " of "
                      << to_string(difference.image) << " has it.\n";
        return {};
    };
}

}  // namespace dim::tool
