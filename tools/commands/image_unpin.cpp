#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"

namespace dim::tool {

Action image_unpin(CLI::App& app) {
    return image_and_blades_job(app, http::Method::delete_, "/v1/image-pins", "unpin");
}

}  // namespace dim::tool
