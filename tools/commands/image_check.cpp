#include "tools/commands/commands.hpp"
#include "tools/output/image_text.hpp"
#include "tools/output/words.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

namespace dim::tool {

namespace {

/// When every file has to be read.
constexpr std::chrono::hours kCheckPatience{2};

Outcome<> check_image(const Context& context, const model::ImageName& image) {
    DIM_TRY(const std::string body,
            context.client.exchange(http::Method::post, "/v1/images/" + to_string(image) + "/check",
                                    "", kCheckPatience));
    DIM_TRY(const auto check, api::parse<api::ImageCheck>(body));
    std::cout << (context.json ? to_json(check) + '\n'
                               : differences_text(check.differences, check.difference_count))
              << std::flush;
    if (check.difference_count == 0) {
        if (!context.json) {
            std::cerr << "The shared root of " << to_string(image) << " is as its manifest says.\n";
        }
        return {};
    }
    return fail(
        Error(ErrorCode::conflict, "the shared root of " + to_string(image) +
                                       " is not as its manifest says: " +
                                       count_text(check.difference_count, "difference"))
            .with_cure("put back what nobody wanted; what is wanted is to be in the master: "
                       "dim image update"));
}

}  // namespace

Action image_check(CLI::App& app) {
    auto name = std::make_shared<std::string>();
    app.add_option("IMAGE", *name, "the image")->required();
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(const auto image, from_word(model::ImageName::parse(*name)));
        return check_image(context, image);
    };
}

}  // namespace dim::tool
