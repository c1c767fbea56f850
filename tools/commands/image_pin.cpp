#include "libdim/api/pin_messages.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/generation_word.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct ImagePinArguments {
    ImageAndBlades selection;
    std::string generation;
};

}  // namespace

Action image_pin(CLI::App& app) {
    auto arguments = std::make_shared<ImagePinArguments>();
    arguments->selection.add_options(app);
    app.add_option("--generation", arguments->generation, "which of its generations: 3")
        ->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto generation,
                parse_generation_word("--generation", arguments->generation));
        DIM_TRY(auto chosen, arguments->selection.resolve(context));
        DIM_CHECK(
            confirm_blades(context, "pin to generation " + to_string(generation), chosen.blades));
        const api::PinBlades request{std::move(chosen.image), generation, std::move(chosen.blades)};
        return run_job_with_progress(context, http::Method::put, "/v1/image-pins",
                                     to_json(request));
    };
}

}  // namespace dim::tool
