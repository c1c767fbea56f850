#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"

namespace dim::tool {

Action dhcp_assign(CLI::App& app) {
    return image_and_blades_job(app, http::Method::put, "/v1/assignments", "assign the image to");
}

}  // namespace dim::tool
