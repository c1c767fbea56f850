#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/output/story_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

Action blade_show(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("BLADE", *name, "the blade: s01c1b01, b1")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto blade, resolve_blade(context, *name));
        DIM_TRY(const auto story,
                context.client.get<api::BladeStory>("/v1/blades/" + to_string(blade)));
        std::cout << (context.json ? to_json(story) + '\n' : story_text(story));
        return {};
    };
}

}  // namespace dim::tool
