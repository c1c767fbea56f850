#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"

namespace dim::tool {

Action nfs_unexport(CLI::App& app) {
    return image_and_blades_job(app, http::Method::delete_, "/v1/exports",
                                "stop serving the images of");
}

}  // namespace dim::tool
