#include "imageserver/api/job_handler.hpp"

namespace dim::server {

void add_rename_routes(Router& router, AdminResource& admin) {
    router.add({http::Method::put, "/v1/image-names", Audience::administrator},
               image_handler<api::RenameImage>(
                   admin, &api::RenameImage::name,
                   [&admin](const api::RenameImage& request, const Progress& progress) {
                       return admin.rename_edits.rename_image(request, progress);
                   }));
}

}  // namespace dim::server
