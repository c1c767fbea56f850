#include "libdim/api/source_messages.hpp"
#include "tools/commands/commands.hpp"
#include "tools/generation_word.hpp"
#include "tools/job_answer.hpp"
#include "tools/output/image_text.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

/// The newest, unless one is named.
Outcome<model::Generation> newer_generation(const Context& context, const model::ImageName& image,
                                            const std::optional<std::string>& text) {
    if (text) return parse_generation_word("NEWER", *text);
    DIM_TRY(const auto details,
            context.client.get<api::ImageDetails>("/v1/images/" + to_string(image)));
    return details.image.generation;
}

/// What an update would change.
Outcome<> tell_source_difference(const Context& context, const model::ImageName& image) {
    DIM_TRY(const auto difference,
            follow_answer(context, "/v1/image-source-differences",
                          to_json(api::UpdateImage{.name = image, .source = {}, .label = {}}),
                          &api::SourceDifferenceLine::difference));
    std::cout << (context.json
                      ? to_json(difference) + '\n'
                      : differences_text(difference.differences, difference.difference_count));
    if (difference.difference_count == 0 && !context.json)
        std::cerr << difference.source << " is as generation " << to_string(difference.generation)
                  << " has it.\n";
    return {};
}

}  // namespace

Action image_diff(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    auto older_text = std::make_shared<std::optional<std::string>>();
    auto newer_text = std::make_shared<std::optional<std::string>>();
    app.add_option("IMAGE", *name, "the image")->required();
    app.add_option(
        "OLDER", *older_text,
        "one of its generations; unless given, the newest is compared with its master as "
        "that is now");
    app.add_option("NEWER", *newer_text, "another one; the newest unless given");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto image, from_word(model::ImageName::parse(*name)));
        if (!*older_text) return tell_source_difference(context, image);
        DIM_TRY(const auto older, parse_generation_word("OLDER", **older_text));
        DIM_TRY(const auto newer, newer_generation(context, image, *newer_text));
        DIM_TRY(const auto difference, context.client.get<api::GenerationDifference>(
                                           "/v1/images/" + to_string(image) + "/generations/" +
                                           to_string(older) + '/' + to_string(newer)));
        std::cout << (context.json
                          ? to_json(difference) + '\n'
                          : differences_text(difference.differences, difference.difference_count));
        return {};
    };
}

}  // namespace dim::tool
