#include "libdim/base/text.hpp"
#include "libdim/model/platform_row.hpp"
#include "tools/commands/commands.hpp"
#include "tools/job_progress.hpp"

#include <CLI/CLI.hpp>

namespace dim::tool {

namespace {

/// Before the daemon is asked.
Outcome<> check_ramdisk(const std::optional<std::string>& kind) {
    if (!kind || *kind == "initramfs" || *kind == "initrd") return {};
    return wrong_usage(Error(ErrorCode::invalid_input,
                             "--ramdisk: there is no kind '" + printable(*kind, 40) + "'")
                           .with_cure("there are initramfs and initrd"));
}

}  // namespace

Action buildzimage(CLI::App& app) {
    struct BuildzimageArguments {
        std::string image;
        std::vector<std::string> options;
        std::optional<std::string> ramdisk;
        std::vector<std::string> drivers;
        std::optional<std::string> kernel;
        bool is_reset = false;
    };
    auto arguments = std::make_shared<BuildzimageArguments>();
    app.add_option("IMAGE", arguments->image, "the image")->required();
    app.add_option("--option", arguments->options,
                   "one more word of the kernel command line; may be repeated")
        ->allow_extra_args(false);
    app.add_option("--ramdisk", arguments->ramdisk,
                   "initramfs, or initrd: an ext2 file system whose /linuxrc is started");
    app.add_option("--driver", arguments->drivers,
                   "one more kernel module, as lsmod names it; may be repeated")
        ->allow_extra_args(false);
    app.add_option(
        "--kernel", arguments->kernel,
        "the release, or a pattern such as '*-cloud-amd64', where the image has several; "
        "otherwise the newest");
    app.add_flag("--reset", arguments->is_reset,
                 "what is not given is not kept from the boot file that the image has");
    return [=](Context& context) -> Outcome<> {
        DIM_TRY(auto image, from_word(model::ImageName::parse(arguments->image)));
        DIM_CHECK(check_ramdisk(arguments->ramdisk));
        api::BuildBootFile request{std::move(image), {}, arguments->ramdisk};
        if (!arguments->options.empty()) request.options = arguments->options;
        for (const std::string& driver : arguments->drivers)
            DIM_CHECK(from_word(model::parse_module_name(driver)));
        if (!arguments->drivers.empty()) request.drivers = arguments->drivers;
        request.kernel = arguments->kernel;
        if (arguments->is_reset) request.reset = true;
        return run_job_with_progress(context, http::Method::post, "/v1/boot-files",
                                     to_json(request));
    };
}

}  // namespace dim::tool
