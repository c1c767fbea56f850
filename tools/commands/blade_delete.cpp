#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/words.hpp"

namespace dim::tool {

namespace {

std::string target_of(const model::ComponentName& blade, const model::ImageName& image) {
    return "/v1/blade-images/" + to_string(blade) + '/' + to_string(image);
}

/// Goes on after a failure, so that the rest is done all the same. Failures: the first, and how
/// many there are.
Outcome<> delete_all(const Context& context, const api::ImageOfBlades& request) {
    std::optional<Failure> first;
    std::size_t failed = 0;
    for (const model::ComponentName& blade : request.blades) {
        auto deleted = run_job_with_progress(context, http::Method::delete_,
                                             target_of(blade, request.image), "");
        if (deleted) continue;
        ++failed;
        if (!first) first = std::move(deleted).error();
    }
    if (!first) return {};
    if (request.blades.size() > 1) {
        first->cause = std::move(first->cause)
                           .with_context(std::to_string(failed) + " of " +
                                         count_text(request.blades.size(), "blade image") +
                                         " could not be deleted; the first");
    }
    return std::unexpected(*std::move(first));
}

}  // namespace

Action blade_delete(CLI::App& app) {
    auto arguments = std::make_shared<ImageAndBlades>();
    arguments->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, arguments->resolve(context.client));
        DIM_CHECK(confirm_blades(context, "delete the blade images of", request.blades));
        return delete_all(context, request);
    };
}

}  // namespace dim::tool
