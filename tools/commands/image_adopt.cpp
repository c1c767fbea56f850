#include "libdim/api/image_request.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"
#include "tools/output/table.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace dim::tool {

namespace {

struct ImageAdoptArguments {
    bool is_list = false;
    std::string image;
    std::string architecture;
    std::string init = "/sbin/init";
};

Outcome<> list_unknown_files(const Context& context) {
    DIM_TRY(const auto list, context.client.get<api::UnknownFileList>("/v1/unknown-files"));
    if (context.json) {
        std::cout << to_json(list) << '\n';
        return {};
    }
    Table table({"IMAGE", "GENERATION", "BLADE", "FILE", "PROBLEM"});
    for (const api::UnknownFile& file : list.files) {
        table.add_row({to_string(file.image), file.generation ? to_string(*file.generation) : "",
                       file.blade ? to_string(*file.blade) : "", file.path,
                       file.problem.value_or("")});
    }
    std::cout << table.text();
    if (table.is_empty()) std::cerr << "The database knows every image and blade image.\n";
    return {};
}

Outcome<> adopt_files(const Context& context, const ImageAdoptArguments& arguments,
                      const model::ImageName& name) {
    if (arguments.architecture.empty()) {
        return wrong_usage(Error(ErrorCode::invalid_input, "--arch is missing")
                               .with_cure("say what the image is for: --arch ppc64; 'dim blade "
                                          "adopt' is for blade images"));
    }
    DIM_TRY(const auto architecture,
            from_word("--arch", model::parse_architecture(arguments.architecture)));
    DIM_CHECK(from_word("--init", api::check_init_path(arguments.init)));
    return run_job_with_progress(context, http::Method::post, "/v1/adopted-images",
                                 to_json(api::AdoptImage{name, architecture, arguments.init}));
}

Outcome<> adopt(const Context& context, const ImageAdoptArguments& arguments) {
    if (arguments.is_list && !arguments.image.empty())
        return contradiction("--list and IMAGE", "it lists whatever is not known");
    if (arguments.is_list) return list_unknown_files(context);
    if (arguments.image.empty()) {
        return wrong_usage(Error(ErrorCode::invalid_input, "no image is named")
                               .with_cure("--list says what can be adopted"));
    }
    DIM_TRY(const auto name, from_word(model::ImageName::parse(arguments.image)));
    return adopt_files(context, arguments, name);
}

}  // namespace

Action image_adopt(CLI::App& app) {
    auto arguments = std::make_shared<ImageAdoptArguments>();
    app.add_flag("--list", arguments->is_list, "list the files that the database does not know");
    app.add_option("IMAGE", arguments->image, "the image");
    app.add_option("--arch", arguments->architecture,
                   "of the image: ppc64, ppc64le, x86_64 or aarch64");
    app.add_option("--init", arguments->init, "the image's init")->capture_default_str();
    return [=](Context& context) { return adopt(context, *arguments); };
}

}  // namespace dim::tool
