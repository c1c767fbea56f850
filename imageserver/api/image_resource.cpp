#include "imageserver/api/job_handler.hpp"
#include "libdim/api/source_messages.hpp"
#include "libdim/base/parse_number.hpp"

namespace dim::server {

namespace {

/// With the size of each image's boot file.
Result<api::ImageList> list_images(const Images& images, const BootFiles& boot_files) {
    DIM_TRY(auto list, images.images());
    for (api::ImageSummary& image : list) {
        DIM_TRY(const auto file, boot_files.current(image.name));
        if (file) image.zimage_bytes = file->bytes;
    }
    return api::ImageList{std::move(list)};
}

/// The image that the path names, and what ASK makes of it.
template <class Ask>
http::Response of_named_image(const RouteCall& call, Ask ask) {
    const auto name = model::ImageName::parse(call.parameters[0]);
    if (!name) return problem_response(name.error());
    return response_of(ask(*name));
}

/// The number that a path has as one of its words.
Result<model::Generation> generation_of(const std::string& word) {
    DIM_TRY(const auto number, parse_number<std::uint32_t>(word));
    return model::Generation::from_number(number);
}

Result<api::GenerationDifference> compare_generations(const RouteCall& call, const Images& images) {
    DIM_TRY(const auto name, model::ImageName::parse(call.parameters[0]));
    DIM_TRY(const auto older, generation_of(call.parameters[1]));
    DIM_TRY(const auto newer, generation_of(call.parameters[2]));
    return images.compare_generations(name, older, newer);
}

/// With the size of its boot file.
Result<api::ImageDetails> describe_image(const model::ImageName& name, const Images& images,
                                         const BootFiles& boot_files) {
    DIM_TRY(api::ImageDetails details, images.image_details(name));
    DIM_TRY(const auto file, boot_files.current(name));
    if (file) details.image.zimage_bytes = file->bytes;
    return details;
}

boost::asio::awaitable<http::Reply> remove_image(AdminResource& admin, const RouteCall& call) {
    const auto image = model::ImageName::parse(call.parameters[0]);
    if (!image) co_return problem_response(image.error());
    co_return admin.jobs.start(admin.lanes.images.of(*image),
                               [&admin, image = *image](const Progress&) {
                                   return admin.image_edits.remove_image(image);
                               });
}

boost::asio::awaitable<http::Reply> tell_source_difference(AdminResource& admin,
                                                           const RouteCall& call) {
    auto request = api::parse<api::UpdateImage>(call.request.body);
    if (!request) co_return problem_response(request.error());
    const auto lane = admin.lanes.images.of(request->name);
    const auto answer =
        [&admin, request = *std::move(request)](const Progress& progress) -> Result<std::string> {
        DIM_TRY(auto difference, admin.image_edits.compare_with_source(request, progress));
        return api::to_json(api::SourceDifferenceLine{.difference = std::move(difference)});
    };
    co_return admin.jobs.answer(lane, answer);
}

void add_generation_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/images/{image}/generations", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall& call) {
                   return of_named_image(
                       call,
                       [&admin](const model::ImageName& name) -> Result<api::ImageGenerationList> {
                           DIM_TRY(auto list, admin.images.generations(name));
                           return api::ImageGenerationList{std::move(list)};
                       });
               }));
    router.add({http::Method::get, "/v1/images/{image}/generations/{older}/{newer}", administrator},
               lane_handler(admin.lanes.images.threads(), [&admin](const RouteCall& call) {
                   return response_of(compare_generations(call, admin.images));
               }));
    router.add({http::Method::post, "/v1/image-generations", administrator},
               image_handler<api::UpdateImage>(
                   admin, &api::UpdateImage::name,
                   [&admin](const api::UpdateImage& request, const Progress& progress) {
                       return admin.image_edits.update_image(request, progress);
                   }));
    router.add({http::Method::post, "/v1/image-source-differences", administrator},
               [&admin](const RouteCall& call) { return tell_source_difference(admin, call); });
    router.add({http::Method::post, "/v1/image-rollbacks", administrator},
               image_handler<api::RollBackImage>(
                   admin, &api::RollBackImage::name,
                   [&admin](const api::RollBackImage& request, const Progress& progress) {
                       return admin.image_edits.roll_back_image(request, progress);
                   }));
    router.add({http::Method::post, "/v1/image-collections", administrator},
               image_handler<api::CollectGenerations>(
                   admin, &api::CollectGenerations::name,
                   [&admin](const api::CollectGenerations& request, const Progress& progress) {
                       return admin.image_edits.collect_generations(request, progress);
                   }));
    router.add(
        {http::Method::put, "/v1/image-settings", administrator},
        image_handler<api::SetImage>(admin, &api::SetImage::name,
                                     [&admin](const api::SetImage& request, const Progress&) {
                                         return admin.image_edits.set_image(request);
                                     }));
    router.add({http::Method::put, "/v1/image-labels", administrator},
               edit_handler<api::LabelGeneration>(
                   admin, [&admin](const api::LabelGeneration& request, const Progress&) {
                       return admin.image_edits.label_generation(request);
                   }));
}

}  // namespace

void add_image_routes(Router& router, AdminResource& admin) {
    using enum Audience;
    router.add({http::Method::get, "/v1/images", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall&) {
                   return response_of(list_images(admin.images, admin.boot_files));
               }));
    router.add({http::Method::get, "/v1/images/{image}", administrator},
               lane_handler(admin.lanes.answers, [&admin](const RouteCall& call) {
                   return of_named_image(call, [&admin](const model::ImageName& name) {
                       return describe_image(name, admin.images, admin.boot_files);
                   });
               }));
    router.add({http::Method::post, "/v1/images/{image}/check", administrator},
               lane_handler(admin.lanes.images.threads(), [&admin](const RouteCall& call) {
                   return of_named_image(call, [&admin](const model::ImageName& name) {
                       return admin.images.check_image(name);
                   });
               }));
    router.add({http::Method::delete_, "/v1/images/{image}", administrator},
               [&admin](const RouteCall& call) { return remove_image(admin, call); });
    router.add({http::Method::post, "/v1/images", administrator},
               image_handler<api::ImportImage>(
                   admin, &api::ImportImage::name,
                   [&admin](const api::ImportImage& request, const Progress& progress) {
                       return admin.image_edits.import_image(request, progress);
                   }));
    add_generation_routes(router, admin);
}

}  // namespace dim::server
