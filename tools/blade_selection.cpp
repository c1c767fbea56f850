#include "tools/blade_selection.hpp"

#include "libdim/base/text.hpp"
#include "tools/blade_servers.hpp"
#include "tools/cluster_source.hpp"
#include "tools/component_query.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

constexpr const char* kBlade = "blade";
constexpr const char* kRangeHelp =
    "blades by name, range, group or attribute: s01c1b01, 's01c[1-4]', b1, 's01,-s01c1b03', all";

Outcome<api::NameList> ask_for_blades(const Context& context, std::span<const std::string> ranges) {
    if (ranges.empty()) {
        return wrong_usage(Error(ErrorCode::invalid_input, "no blade is named")
                               .with_cure("name blades, or say all"));
    }
    DIM_TRY(const std::string range, parse_ranges(ranges));
    DIM_TRY(auto list,
            context.client.post<api::NameList>("/v1/names", api::NameQuery{range, kBlade}));
    for (const api::NamedComponent& component : list.names) {
        if (component.role != kBlade) {
            return fail(Error(ErrorCode::invalid_input,
                              to_string(component.name) + " is no blade but a " + component.role)
                            .with_cure("'dim cluster names' shows what a range names"));
        }
    }
    return list;
}

std::vector<model::ComponentName> blade_names_of(const api::NameList& list) {
    std::vector<model::ComponentName> blades;
    blades.reserve(list.names.size());
    for (const api::NamedComponent& component : list.names)
        blades.push_back(component.name);
    return blades;
}

bool is_about_a_name(const Failure& refused) {
    const ErrorCode code = refused.cause.code();
    return refused.exit_code == ExitCode::failed &&
           (code == ErrorCode::not_found || code == ErrorCode::invalid_input);
}

/// Somebody may have typed IMAGE RANGE...
Error with_order(Error refused, const std::string& image) {
    const std::string order = "'" + printable(image, 40) + "', the last word, is the image";
    std::string cure = refused.cure();
    if (!cure.empty()) cure += '\n';
    return std::move(refused).with_cure(cure + order);
}

}  // namespace

void BladeSelection::add_options(CLI::App& app) { app.add_option("RANGE", ranges, kRangeHelp); }

Outcome<std::vector<model::ComponentName>> BladeSelection::find(const Context& context) const {
    DIM_TRY(const auto list, ask_for_blades(context, ranges));
    return blade_names_of(list);
}

Outcome<std::vector<model::ComponentName>> BladeSelection::resolve(const Context& context) const {
    if (context.blades) return BladeSelection{{*context.blades}}.find(context);
    DIM_TRY(const auto list, ask_for_blades(context, ranges));
    DIM_CHECK(check_served_here(context, list));
    return blade_names_of(list);
}

Outcome<model::ComponentName> resolve_blade(const Context& context, const std::string& text) {
    BladeSelection selection;
    selection.ranges = {text};
    DIM_TRY(auto blades, selection.resolve(context));
    if (blades.size() == 1) return std::move(blades.front());
    return fail(Error(ErrorCode::invalid_input,
                      "'" + text + "' names " + std::to_string(blades.size()) + " blades")
                    .with_cure("name one"));
}

Outcome<> confirm_blades(const Context& context, const std::string& what,
                         const std::vector<model::ComponentName>& blades, std::size_t ask_above) {
    const auto names = [&]() -> std::string {
        const auto definition = load_cluster(context);
        if (!definition) return "";
        return fold_component_names(*definition, blades).value_or("");
    };
    return confirm(context, what, blades.size(), names, ask_above);
}

void ImageAndBlades::add_options(CLI::App& app) {
    // RANGE takes all words.
    words_.add_options(app);
    app.add_option("IMAGE", image_, "the image; the last word");
}

Outcome<api::ImageOfBlades> ImageAndBlades::resolve(const Context& context) const {
    BladeSelection selection = words_;
    if (selection.ranges.empty()) {
        return wrong_usage(Error(ErrorCode::invalid_input, "no image is named")
                               .with_cure("name it last, after the blades"));
    }
    const std::string image_text = std::move(selection.ranges.back());
    selection.ranges.pop_back();
    if (selection.ranges.empty()) {
        return wrong_usage(Error(ErrorCode::invalid_input, "no blade is named")
                               .with_cure("'" + printable(image_text, 40) +
                                          "', the last word, is the image; name blades before it, "
                                          "or say all"));
    }
    DIM_TRY(auto image, from_word(model::ImageName::parse(image_text)));
    auto blades = selection.resolve(context);
    if (!blades) {
        Failure refused = std::move(blades).error();
        if (is_about_a_name(refused))
            refused.cause = with_order(std::move(refused.cause), image_text);
        return std::unexpected(std::move(refused));
    }
    return api::ImageOfBlades{std::move(image), *std::move(blades)};
}

Action image_and_blades_job(CLI::App& app, http::Method method, const char* target,
                            const char* what) {
    auto arguments = std::make_shared<ImageAndBlades>();
    arguments->add_options(app);
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto request, arguments->resolve(context));
        DIM_CHECK(confirm_blades(context, what, request.blades));
        return run_job_with_progress(context, method, target, to_json(request));
    };
}

}  // namespace dim::tool
