#include "libdim/api/image_request.hpp"
#include "libdim/model/byte_size.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct BladeResizeArguments {
    ImageAndBlades selection;
    std::string size;
};

}  // namespace

Action blade_resize(CLI::App& app) {
    auto arguments = std::make_shared<BladeResizeArguments>();
    arguments->selection.add_options(app);
    app.add_option("--size", arguments->size, "the new size of each: 2G")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto size, from_word("--size", model::ByteSize::parse(arguments->size)));
        DIM_CHECK(from_word("--size", api::check_blade_image_size(size.bytes())));
        DIM_TRY(auto chosen, arguments->selection.resolve(context));
        DIM_CHECK(confirm_blades(context, "make " + to_string(size) + " large the images of",
                                 chosen.blades));
        const api::ResizeBladeImages request{std::move(chosen.image), std::move(chosen.blades),
                                             size.bytes()};
        return run_job_with_progress(context, http::Method::put, "/v1/blade-image-sizes",
                                     to_json(request));
    };
}

}  // namespace dim::tool
