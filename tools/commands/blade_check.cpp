#include "libdim/api/look_messages.hpp"
#include "tools/blade_selection.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/look_text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

namespace dim::tool {

namespace {

struct BladeCheckArguments {
    ImageAndBlades selection;
    bool is_repair = false;
    bool is_last = false;
};

Outcome<> show_last_checks(const Context& context, const BladeCheckArguments& arguments) {
    std::optional<api::ImageOfBlades> chosen;
    if (!arguments.selection.is_empty()) {
        DIM_TRY(chosen, arguments.selection.resolve(context));
    }
    DIM_TRY(auto list, context.client.get<api::BladeImageCheckList>("/v1/blade-image-checks"));
    if (chosen) {
        std::erase_if(list.checks, [&](const api::BladeImageCheck& check) {
            return check.image != chosen->image ||
                   std::ranges::find(chosen->blades, check.blade) == chosen->blades.end();
        });
    }
    std::cout << (context.json ? to_json(list) + '\n' : blade_checks_text(list));
    return {};
}

}  // namespace

Action blade_check(CLI::App& app) {
    auto arguments = std::make_shared<BladeCheckArguments>();
    arguments->selection.add_options(app);
    auto* const repair = app.add_flag("--repair", arguments->is_repair,
                                      "mend what can be mended without asking, too");
    app.add_flag("--last", arguments->is_last,
                 "check nothing: show what came of the last check of each")
        ->excludes(repair);
    return [=](Context& context) -> Outcome<> {
        if (arguments->is_last) return show_last_checks(context, *arguments);
        DIM_TRY(auto chosen, arguments->selection.resolve(context));
        if (arguments->is_repair)
            DIM_CHECK(
                confirm_blades(context, "mend the file systems of the images of", chosen.blades));
        return run_job_with_progress(
            context, http::Method::post, "/v1/blade-image-checks",
            to_json(api::CheckBladeImages{std::move(chosen.image), std::move(chosen.blades),
                                          arguments->is_repair}));
    };
}

}  // namespace dim::tool
