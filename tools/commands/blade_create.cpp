#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"

namespace dim::tool {

Action blade_create(CLI::App& app) {
    return image_and_blades_job(app, http::Method::post, "/v1/blade-images",
                                "create the blade images of");
}

}  // namespace dim::tool
