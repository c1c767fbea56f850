#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

struct ImageCollectArguments {
    std::string name;
    std::uint32_t keep = 1;
    bool labelled = false;
    bool is_dry_run = false;
};

}  // namespace

Action image_collect(CLI::App& app) {
    auto arguments = std::make_shared<ImageCollectArguments>();
    app.add_option("IMAGE", arguments->name, "the image")->required();
    app.add_option("--keep", arguments->keep, "so many of the newest stay in any case")
        ->capture_default_str();
    app.add_flag("--labelled", arguments->labelled, "also those that have a label");
    app.add_flag("--dry-run", arguments->is_dry_run, "tell only which would be deleted");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto name, from_word(model::ImageName::parse(arguments->name)));
        const api::CollectGenerations request{std::move(name), arguments->keep, arguments->labelled,
                                              arguments->is_dry_run};
        DIM_CHECK(from_word("--keep", api::check_collection(request)));
        // Always a question: nobody gets them back.
        if (!request.is_dry_run) {
            DIM_CHECK(confirm_deed(context, "delete the generations of " + to_string(request.name) +
                                                " that no blade has"));
        }
        return run_job_with_progress(context, http::Method::post, "/v1/image-collections",
                                     to_json(request));
    };
}

}  // namespace dim::tool
