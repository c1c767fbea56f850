#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_override_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    // It reads the blades' file systems, and makes keys that are missing: long work.
    router.add({http::Method::post, "/v1/overrides/look", administrator},
               message_handler<api::OverrideQuery>(admin.lanes.images.threads(),
                                                   [&admin](const api::OverrideQuery& query) {
                                                       return admin.override_edits.look(query);
                                                   }));
    router.add({http::Method::put, "/v1/overrides", administrator},
               image_handler<api::ApplyOverrides>(
                   admin, &api::ApplyOverrides::image,
                   [&admin](const api::ApplyOverrides& request, const Progress& progress) {
                       return admin.override_edits.apply(request, progress);
                   }));
}

}  // namespace dim::server
