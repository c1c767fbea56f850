#include "tools/override_query.hpp"

#include "libdim/api/limits.hpp"
#include "tools/output/words.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace dim::tool {

namespace {

/// Keys of blades that have none yet are made meanwhile.
constexpr std::chrono::minutes kOverridePatience{30};

}  // namespace

void OverrideSelection::add_options(CLI::App& app) {
    blades.add_options(app);
    app.add_option("--image", image, "of this image alone [all images of the blades]");
}

Outcome<api::OverrideList> look_at_overrides(const Context& context,
                                             const OverrideSelection& selection,
                                             const std::optional<std::string>& path) {
    api::OverrideQuery query{.blades = {}, .image = {}, .path = path};
    if (!selection.image.empty()) {
        DIM_TRY(query.image, from_word("--image", model::ImageName::parse(selection.image)));
    }
    DIM_TRY(const auto blades, selection.blades.resolve(context));
    api::OverrideList list;
    for (std::size_t at = 0; at < blades.size(); at += api::limits::kOverrideBlades) {
        const auto begin = blades.begin() + static_cast<std::ptrdiff_t>(at);
        const std::size_t count = std::min(blades.size() - at, api::limits::kOverrideBlades);
        query.blades.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
        DIM_TRY(const std::string body,
                context.client.exchange(http::Method::post, "/v1/overrides/look", to_json(query),
                                        kOverridePatience));
        DIM_TRY(auto part, api::parse<api::OverrideList>(body));
        std::ranges::move(part.images, std::back_inserter(list.images));
    }
    return list;
}

Outcome<> check_looked(const api::OverrideList& list) {
    const auto bad = [](const api::ImageOverrides& image) { return image.problem.has_value(); };
    const auto first = std::ranges::find_if(list.images, bad);
    if (first == list.images.end()) return {};
    return fail(
        api::to_error(*first->problem)
            .with_context(
                count_text(static_cast<std::size_t>(std::ranges::count_if(list.images, bad)),
                           "blade image") +
                " could not be looked at; the first, of " + to_string(first->blade)));
}

}  // namespace dim::tool
