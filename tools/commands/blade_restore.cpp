#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/each_blade_image.hpp"

namespace dim::tool {

Action blade_restore(CLI::App& app) {
    auto arguments = std::make_shared<ImageAndBlades>();
    arguments->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, arguments->resolve(context));
        DIM_CHECK(confirm_blades(context, "restore the blade images of", request.blades));
        return for_each_blade_image(context, request, http::Method::post, "/v1/trash", "restored");
    };
}

}  // namespace dim::tool
