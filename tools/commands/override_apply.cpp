#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/override_text.hpp"
#include "tools/override_query.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

namespace dim::tool {

namespace {

struct OverrideApplyArguments {
    OverrideSelection selection;
    bool is_dry_run = false;
    bool is_forced = false;
};

/// Whether something is written into IMAGE.
bool is_written(const api::ImageOverrides& image, const OverrideApplyArguments& arguments) {
    return std::ranges::any_of(image.files, [&](const api::OverrideFile& file) {
        return file.state != "changed" || arguments.is_forced;
    });
}

Outcome<> apply_overrides(const Context& context, const OverrideApplyArguments& arguments) {
    DIM_TRY(const auto all, look_at_overrides(context, arguments.selection));
    const api::OverrideList list = overrides_to_write(all);
    if (context.json && arguments.is_dry_run) std::cout << to_json(list) << '\n';
    if (!context.json && !list.images.empty()) std::cout << override_list_text(list) << std::flush;
    if (arguments.is_dry_run) return check_looked(list);
    std::map<model::ImageName, std::vector<model::ComponentName>> work;
    std::vector<model::ComponentName> blades;
    for (const api::ImageOverrides& image : list.images) {
        if (!is_written(image, arguments)) continue;
        work[image.image].push_back(image.blade);
        if (blades.empty() || blades.back() != image.blade) blades.push_back(image.blade);
    }
    if (work.empty()) {
        DIM_CHECK(check_looked(list));
        std::cerr << "There is nothing to write.\n";
        return {};
    }
    DIM_CHECK(confirm_blades(context, "write overrides into the images of", blades));
    for (auto& [image, of_image] : work)
        DIM_CHECK(run_job_with_progress(
            context, http::Method::put, "/v1/overrides",
            to_json(api::ApplyOverrides{image, std::move(of_image), arguments.is_forced})));
    return check_looked(list);
}

}  // namespace

Action override_apply(CLI::App& app) {
    auto arguments = std::make_shared<OverrideApplyArguments>();
    arguments->selection.add_options(app);
    app.add_flag("--dry-run", arguments->is_dry_run, "show what would be written, change nothing");
    app.add_flag("--force", arguments->is_forced, "replace what blades changed themselves, too");
    return [=](Context& context) { return apply_overrides(context, *arguments); };
}

}  // namespace dim::tool
