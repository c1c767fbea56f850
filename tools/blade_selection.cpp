#include "tools/blade_selection.hpp"

#include "tools/confirm.hpp"
#include "tools/job_progress.hpp"

namespace dim::tool {

void BladeSelection::add_options(CLI::App& app) {
    app.add_option("BLADE", names, "blades by name");
    app.add_flag("--all", all, "every blade of the cluster");
}

Result<std::vector<model::ComponentName>> BladeSelection::resolve(const ApiClient& client) const {
    if (all == !names.empty()) {
        return fail(
            Error(ErrorCode::invalid_input,
                  all ? "blades by name and --all contradict each other" : "no blade is named")
                .with_cure("name blades, or say --all"));
    }
    std::vector<model::ComponentName> blades;
    if (all) {
        DIM_TRY(const auto status, client.get<api::ClusterStatus>("/v1/status"));
        for (const api::BladeStatus& blade : status.blades)
            blades.push_back(blade.name);
        return blades;
    }
    for (const std::string& name : names) {
        DIM_TRY(auto blade, model::ComponentName::parse(name));
        blades.push_back(std::move(blade));
    }
    return blades;
}

void ImageAndBlades::add_options(CLI::App& app) {
    app.add_option("IMAGE", image, "the image")->required();
    blades.add_options(app);
}

Result<api::ImageOfBlades> ImageAndBlades::request(const Context& context,
                                                   const std::string& what) const {
    DIM_TRY(auto image_name, model::ImageName::parse(image));
    DIM_TRY(auto selected, blades.resolve(context.client));
    DIM_CHECK(confirm(context, what, selected.size()));
    return api::ImageOfBlades{std::move(image_name), std::move(selected)};
}

Action image_and_blades_job(CLI::App& app, http::Method method, const char* target,
                            const char* what) {
    auto arguments = std::make_shared<ImageAndBlades>();
    arguments->add_options(app);
    return [=](Context& context) -> Result<void> {
        DIM_TRY(const auto request, arguments->request(context, what));
        return run_job_with_progress(context, method, target, to_json(request));
    };
}

}  // namespace dim::tool
