#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"

namespace dim::tool {

Action nfs_export(CLI::App& app) {
    return image_and_blades_job(app, http::Method::put, "/v1/exports", "export the images of");
}

}  // namespace dim::tool
